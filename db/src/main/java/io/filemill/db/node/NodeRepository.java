package io.filemill.db.node;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
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

    /**
     * Renews the lease, and looks for work in the same statement. A lease that ran out is renewed too: the files it covered may be lost by
     * then.
     *
     * @param looksForWork whether the node wants to know of files that wait; the others of the signs are always read
     * @return empty if the node's row is gone
     */
    public Optional<Signs> heartbeat(UUID id, boolean looksForWork) {
        return jdbc.sql("""
                update worker_node n
                set heartbeat_at = now(), lease_expires_at = now() + make_interval(secs => :lease)
                where n.id = :id
                -- Sorted, which "exists" would ignore, so that each comes from its index, however many rows the planner hopes to find.
                returning (select 1 from file_task where status = 'running' and node_id = n.id
                           order by upload_task_id limit 1) is not null as holds_files,
                          (select 1 from file_task f
                           where f.status = 'running' and not exists (
                               select from worker_node o where o.id = f.node_id and o.lease_expires_at > now())
                           order by f.upload_task_id limit 1) is not null as abandoned_files,
                          (select 1 from file_task where status = 'pending' and dispatched_at is not null
                           order by dispatched_at limit 1) is not null as dispatched_files,
                          :looksForWork and (
                              (select 1 from jobrunr_jobs where state = 'ENQUEUED' order by updatedat limit 1) is not null
                              or exists (
                                  select from upload_task t
                                  cross join lateral (
                                      select from file_task
                                      where upload_task_id = t.id and status = 'pending' and dispatched_at is null
                                        and next_attempt_at <= now()
                                      order by next_attempt_at, id limit 1) f
                                  where t.finished_at is null and (t.not_before is null or t.not_before <= now())
                                    and paused_by(t) is null)) as waiting_files
                """)
                .param("id", id)
                .param("lease", lease.toMillis() / 1000.0)
                .param("looksForWork", looksForWork)
                .query(Signs.class)
                .optional();
    }

    /**
     * Whether the server has run for at least as long as a lease lasts. Before that, leases may have run out while it was down, and a node
     * whose lease has run out may be alive.
     */
    public boolean leasesAreSettled() {
        return jdbc.sql("select pg_postmaster_start_time() < now() - make_interval(secs => :lease)")
                .param("lease", lease.toMillis() / 1000.0)
                .query(Boolean.class)
                .single();
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
