package io.filemill.api.cli;

import io.filemill.api.cli.Connector.Connection;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code filemill nodes}: who runs files. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "List the worker nodes with their slots and why they have them.")
final class NodesCommand extends ServerCommand {
    NodesCommand(Session session) {
        super(session);
    }

    @Override
    int run(Connection connected) throws IOException {
        JsonNode answer = connected.client().get("/v1/nodes", JsonNode.class);
        show(connected, answer, Nodes.class, this::print);
        return ExitCode.SUCCESS;
    }

    private void print(Nodes nodes) {
        var table = new Table("NODE", "STATUS", "BUSY", "CPUS", "MEMORY", "HEARTBEAT", "SLOTS BECAUSE");
        for (Node node : nodes.nodes()) {
            table.add(
                    node.name(),
                    node.status(),
                    node.busySlots() + "/" + node.slots(),
                    String.valueOf(node.cpus()),
                    Progress.decimal(node.memoryBytes() / 1e9) + " GB",
                    TaskTimes.local(node.heartbeatAt()),
                    node.capacityReason());
        }
        print(table, "No node has ever run: %s serve".formatted(session().program()));
    }

    private record Nodes(List<Node> nodes) {}

    private record Node(
            String name,
            String status,
            int slots,
            int busySlots,
            int cpus,
            long memoryBytes,
            String capacityReason,
            String heartbeatAt) {}
}
