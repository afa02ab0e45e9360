package io.filemill.db.node;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Worker nodes and their leases, by the clock of the database. Each method is one transaction. Safe for use by several threads. */
public final class NodeRepository {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;
    private final Duration lease;

    /**
     * @param lease how long a node may be silent before it loses its files
     */
    public NodeRepository(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    /** How long a node may be silent before it loses its files. */
    public Duration lease() {
        return lease;
    }

    /** Adds a node with a fresh lease. */
    public void register(NewNode node) {
        jdbc.sql("""
                insert into worker_node (id, name, host, pid, version, slots, cpus, memory_bytes, gpus, capacity_reason, lease_expires_at)
                values (:id, :name, :host, :pid, :version, :slots, :cpus, :memoryBytes, :gpus::jsonb, :capacityReason,
                        now() + make_interval(secs => :lease))
                """)
                .param("id", node.id())
                .param("name", node.name())
                .param("host", node.host())
                .param("pid", node.pid())
                .param("version", node.version())
                .param("slots", node.slots())
                .param("cpus", node.cpus())
                .param("memoryBytes", node.memoryBytes())
                .param("gpus", node.gpus().toString())
                .param("capacityReason", node.capacityReason())
                .param("lease", lease.toMillis() / 1000.0)
                .update();
    }

    /** Renews the lease; false if the node's row is gone. A lease that ran out is renewed too: the files it covered may be lost by then. */
    public boolean heartbeat(UUID id) {
        return jdbc.sql("""
                update worker_node
                set heartbeat_at = now(), lease_expires_at = now() + make_interval(secs => :lease)
                where id = :id
                """)
                        .param("id", id)
                        .param("lease", lease.toMillis() / 1000.0)
                        .update()
                == 1;
    }

    /** Says that the node takes no more files. */
    public void markDraining(UUID id) {
        jdbc.sql("update worker_node set status = 'draining' where id = :id")
                .param("id", id)
                .update();
    }

    /** Says that the node has ended; its lease ends with it. */
    public void markStopped(UUID id) {
        jdbc.sql("update worker_node set status = 'stopped', lease_expires_at = now() where id = :id")
                .param("id", id)
                .update();
    }

    /** All nodes that were heard of lately, the oldest first. */
    public List<WorkerNode> list() {
        return jdbc.sql("""
                select n.*,
                       case when n.status <> 'stopped' and n.lease_expires_at < now() then 'lost' else n.status end as shown_status,
                       (select count(*) from file_task f where f.status = 'running' and f.node_id = n.id) as busy_slots
                from worker_node n
                order by n.started_at, n.id
                """)
                .query((row, number) -> new WorkerNode(
                        row.getObject("id", UUID.class),
                        row.getString("name"),
                        row.getString("host"),
                        row.getLong("pid"),
                        row.getString("version"),
                        row.getString("shown_status"),
                        row.getInt("slots"),
                        row.getInt("busy_slots"),
                        row.getInt("cpus"),
                        row.getLong("memory_bytes"),
                        JSON.readTree(row.getString("gpus")),
                        row.getString("capacity_reason"),
                        row.getObject("started_at", OffsetDateTime.class).toInstant(),
                        row.getObject("heartbeat_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Forgets nodes that have been silent for longer than the given time and run nothing; returns how many. */
    public int forgetSilentSince(Duration silence) {
        return jdbc.sql("""
                delete from worker_node n
                where n.heartbeat_at < now() - make_interval(secs => :silence)
                  and not exists (select from file_task f where f.status = 'running' and f.node_id = n.id)
                """).param("silence", silence.toMillis() / 1000.0).update();
    }
}
