package io.filemill.worker.capacity;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import oshi.hardware.GraphicsCard;
import oshi.nativefree.SystemInfo;

/**
 * Everything that detection looks at.
 *
 * @param environment the variables of this process
 * @param cpus the processors that this process may use
 * @param memoryBytes the memory that this process and its children may use
 * @param nvidiaSmi the driver's command
 * @param nvidiaDevices the device files of an NVIDIA driver, such as {@code /dev/nvidia0}
 * @param graphicsCards the cards that the operating system lists, usable or not; slow, and may hang
 */
record Machine(
        Map<String, String> environment,
        IntSupplier cpus,
        LongSupplier memoryBytes,
        NvidiaSmi nvidiaSmi,
        Supplier<List<String>> nvidiaDevices,
        Supplier<List<String>> graphicsCards) {
    private static final Duration NVIDIA_SMI_LIMIT = Duration.ofSeconds(5);
    private static final String PCI_DISPLAY_CLASS = "0x03";

    static Machine running(Map<String, String> environment) {
        return new Machine(
                environment,
                () -> Runtime.getRuntime().availableProcessors(),
                Machine::totalMemory,
                new NvidiaSmiCommand(List.of("nvidia-smi"), NVIDIA_SMI_LIMIT),
                Machine::deviceFiles,
                Machine::oshiCards);
    }

    /** The JVM knows cgroups of both versions; OSHI would tell the host's memory even in a container. */
    private static long totalMemory() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    private static List<String> deviceFiles() {
        try (var files = Files.newDirectoryStream(Path.of("/dev"), "nvidia[0-9]*")) {
            return StreamSupport.stream(files.spliterator(), false)
                    .map(Path::toString)
                    .sorted()
                    .toList();
        } catch (IOException | DirectoryIteratorException noDeviceFiles) {
            return List.of();
        }
    }

    /**
     * Asks the part of OSHI that loads no native library, so JDK 25 has nothing to warn about. Even that costs a tenth of a second, so it
     * is spared where the bus holds no display controller that OSHI could name.
     */
    private static List<String> oshiCards() {
        if (!hasDisplayController()) {
            return List.of();
        }
        var system = new SystemInfo();
        return system.isAvailable()
                ? system.getHardware().getGraphicsCards().stream()
                        .map(GraphicsCard::getName)
                        .toList()
                : List.of();
    }

    private static boolean hasDisplayController() {
        try (var devices = Files.newDirectoryStream(Path.of("/sys/bus/pci/devices"))) {
            for (var device : devices) {
                if (Files.readString(device.resolve("class")).startsWith(PCI_DISPLAY_CLASS)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException noPciBus) {
            return false;
        }
    }
}
