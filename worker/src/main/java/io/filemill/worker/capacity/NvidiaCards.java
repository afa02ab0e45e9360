package io.filemill.worker.capacity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The cards that {@code nvidia-smi} confirms, each with its MIG instances, before the environment hides any. */
record NvidiaCards(List<Card> cards) {
    private static final String QUERY = "--query-gpu=index,name,uuid,memory.total";
    private static final Pattern ROW =
            Pattern.compile("(?<index>\\d+), *(?<name>.+), *(?<uuid>GPU-[^ ,]+|\\[.*?]), *(?<mib>\\d+|\\[.*?])");
    private static final Pattern LISTED_CARD = Pattern.compile("GPU (?<index>\\d+): .*");
    private static final Pattern LISTED_INSTANCE =
            Pattern.compile("MIG (?<profile>\\S+) +Device +\\d+: +\\(UUID: (?<uuid>MIG-[^)]+)\\)");

    /**
     * @param instances its MIG instances; empty unless it is divided
     */
    record Card(Gpu gpu, List<Gpu> instances) {
        /** What a process can run on: a divided card only through its instances. */
        List<Gpu> devices() {
            return instances.isEmpty() ? List.of(gpu) : instances;
        }
    }

    /**
     * Asks for the cards and then for their MIG instances, which the first answer lacks.
     *
     * @return empty if {@code nvidia-smi} is not installed
     */
    static Optional<NvidiaCards> ask(NvidiaSmi nvidiaSmi) throws NvidiaSmi.NoAnswerException {
        var table = nvidiaSmi.ask(QUERY, "--format=csv,noheader,nounits");
        if (table.isEmpty()) {
            return Optional.empty();
        }
        var gpus = parseTable(table.get());
        if (gpus.isEmpty()) {
            return Optional.of(new NvidiaCards(List.of()));
        }
        var list = nvidiaSmi.ask("-L").orElse("");
        return Optional.of(new NvidiaCards(gpus.stream()
                .map(gpu -> new Card(gpu, parseInstances(list, gpu)))
                .toList()));
    }

    List<Gpu> devices() {
        return cards.stream().flatMap(card -> card.devices().stream()).toList();
    }

    /** Ignores lines of another shape, since the driver mixes warnings into the table. */
    private static List<Gpu> parseTable(String table) {
        var gpus = new ArrayList<Gpu>();
        for (var line : table.lines().toList()) {
            var row = ROW.matcher(line.strip());
            if (row.matches()) {
                var uuid = told(row.group("uuid"));
                var mib = told(row.group("mib"));
                gpus.add(new Gpu(
                        Integer.parseInt(row.group("index")),
                        row.group("name"),
                        uuid,
                        mib == null ? null : Long.parseLong(mib) << 20,
                        uuid == null ? row.group("index") : uuid));
            }
        }
        return gpus;
    }

    private static List<Gpu> parseInstances(String list, Gpu card) {
        var instances = new ArrayList<Gpu>();
        var inCard = false;
        for (var line : list.lines().map(String::strip).toList()) {
            var listedCard = LISTED_CARD.matcher(line);
            var listedInstance = LISTED_INSTANCE.matcher(line);
            if (listedCard.matches()) {
                inCard = Integer.parseInt(listedCard.group("index")) == card.index();
            } else if (inCard && listedInstance.matches()) {
                var uuid = listedInstance.group("uuid");
                var name = card.name() + " MIG " + listedInstance.group("profile");
                instances.add(new Gpu(card.index(), name, uuid, null, uuid));
            }
        }
        return instances;
    }

    /** Turns the driver's {@code [N/A]}, {@code [Insufficient Permissions]} and the like into null. */
    private static @Nullable String told(String field) {
        return field.startsWith("[") ? null : field;
    }
}
