package io.filemill.api.node;

import io.filemill.db.node.NodeRepository;
import io.filemill.db.node.WorkerNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Shows the nodes of the cluster, and why each has its slots. */
@RestController
final class NodeController {
    private final NodeRepository nodes;

    NodeController(NodeRepository nodes) {
        this.nodes = nodes;
    }

    /** Lists the nodes of the cluster with their slots, and why each has so many. */
    @GetMapping("/v1/nodes")
    NodeList list() {
        return new NodeList(nodes.list().stream().map(NodeView::of).toList());
    }

    /** The nodes of the cluster. */
    record NodeList(List<NodeView> nodes) {}

    /**
     * The JSON of a node.
     *
     * @param slots how many files it runs at once
     * @param gpus the cards that it may use
     * @param capacityReason why it has so many slots
     * @param heartbeatAt when it last said that it lives
     */
    record NodeView(
            UUID nodeId,
            String name,
            String host,
            long pid,
            String version,
            String status,
            int slots,
            int busySlots,
            int cpus,
            long memoryBytes,
            JsonNode gpus,
            String capacityReason,
            Instant startedAt,
            Instant heartbeatAt) {

        static NodeView of(WorkerNode node) {
            return new NodeView(
                    node.id(),
                    node.name(),
                    node.host(),
                    node.pid(),
                    node.version(),
                    node.status(),
                    node.slots(),
                    node.busySlots(),
                    node.cpus(),
                    node.memoryBytes(),
                    node.gpus(),
                    node.capacityReason(),
                    node.startedAt(),
                    node.heartbeatAt());
        }
    }
}
