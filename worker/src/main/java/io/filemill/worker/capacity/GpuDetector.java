package io.filemill.worker.capacity;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Finds the GPUs that this process may really use. The environment is believed first, then {@code nvidia-smi}. Device files and the
 * operating system's list of cards only explain why there is none: a card without a working driver appears there too.
 */
final class GpuDetector {
    private static final Duration CARDS_LIMIT = Duration.ofSeconds(2);

    private final Machine machine;

    GpuDetector(Machine machine) {
        this.machine = machine;
    }

    /**
     * What was found.
     *
     * @param explanation see {@link Hardware#gpuFinding}
     */
    record Finding(List<Gpu> gpus, String explanation) {
        static Finding none(String why) {
            return new Finding(List.of(), why);
        }
    }

    /**
     * Looks for GPUs.
     *
     * @param nameCards whether to name the graphics cards that are not usable, which costs a tenth of a second and at most two
     */
    Finding find(boolean nameCards) {
        var cuda = machine.environment().get("CUDA_VISIBLE_DEVICES");
        if (cuda != null && new CudaVisibleDevices(cuda).hidesAll()) {
            return Finding.none("CUDA_VISIBLE_DEVICES is " + (cuda.isBlank() ? "empty" : cuda));
        }
        // The other special value, "void", says nothing: containers that get their GPUs by CDI have it as well.
        if ("none".equals(machine.environment().get("NVIDIA_VISIBLE_DEVICES"))) {
            return Finding.none("NVIDIA_VISIBLE_DEVICES is none");
        }
        try {
            var cards = NvidiaCards.ask(machine.nvidiaSmi());
            if (cards.isEmpty()) {
                var hints = hints(nameCards);
                return Finding.none(hints.isEmpty() ? "" : "nvidia-smi is not installed" + hints);
            }
            if (cards.get().cards().isEmpty()) {
                return Finding.none("nvidia-smi lists none" + hints(nameCards));
            }
            if (cuda == null) {
                return new Finding(cards.get().devices(), "confirmed by nvidia-smi");
            }
            var selected = new CudaVisibleDevices(cuda).select(cards.get());
            return selected.isEmpty()
                    ? Finding.none(
                            "CUDA_VISIBLE_DEVICES=" + cuda + " names no card that nvidia-smi lists, or one twice")
                    : new Finding(selected, "named by CUDA_VISIBLE_DEVICES and confirmed by nvidia-smi");
        } catch (NvidiaSmi.NoAnswerException e) {
            return Finding.none(e.getMessage() + hints(nameCards));
        }
    }

    private String hints(boolean nameCards) {
        var hints = new ArrayList<String>();
        var devices = machine.nvidiaDevices().get();
        if (!devices.isEmpty()) {
            hints.add(String.join(", ", devices) + " exists");
        }
        var cards = nameCards ? graphicsCards() : List.<String>of();
        if (!cards.isEmpty()) {
            hints.add("OSHI lists " + String.join(", ", cards));
        }
        return hints.isEmpty() ? "" : ", though " + String.join(" and ", hints);
    }

    private List<String> graphicsCards() {
        try {
            return TimeLimited.start("graphics cards", machine.graphicsCards()::get)
                    .get(CARDS_LIMIT.toNanos(), NANOSECONDS);
        } catch (ExecutionException | TimeoutException onlyAHintIsLost) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
