package io.filemill.db.queue;

import io.filemill.db.listing.ClaimedListing;
import io.filemill.db.listing.LeftOut;
import io.filemill.db.listing.ListedPage;
import io.filemill.db.listing.NewListing;
import io.filemill.db.listing.Source;
import io.filemill.db.listing.Unreadable;
import io.filemill.db.notification.Channel;
import io.filemill.db.task.FileTaskIntake;
import io.filemill.db.task.NewFileTask;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The listings of tasks that are being prepared. One node at a time carries a listing on; what it has listed is recorded together with how
 * far it came, so that nothing is lost or recorded twice whoever goes on. Safe for use by several threads.
 */
public final class Listings {
    /** How many of the entries that were left out are kept with their reasons. */
    private static final int IGNORED_SHOWN = 100;

    /** A copy takes three more round trips than an insert. */
    private static final int WORTH_A_COPY = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final FileTaskIntake fileTasks;
    private final Feeder feeder;

    public Listings(JdbcClient jdbc, TransactionTemplate transaction, FileTaskIntake fileTasks, Feeder feeder) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.fileTasks = fileTasks;
        this.feeder = feeder;
    }

    /**
     * Makes a task one that is being prepared, and wakes the nodes at the commit. Needs the transaction that inserted the task.
     *
     * @return how many failed files it has recorded
     */
    int begin(UUID uploadTaskId, NewListing listing) {
        jdbc.sql("update upload_task set prepared_at = null where id = :id")
                .param("id", uploadTaskId)
                .update();
        jdbc.sql("""
                insert into task_listing (upload_task_id, roots, position, linked_folders, ignored_files, ignored)
                values (:id, :roots, :position, :linkedFolders, :ignoredFiles, :ignored::jsonb)
                """)
                .param("id", uploadTaskId)
                .param("roots", texts(listing.roots()))
                .param("position", texts(listing.position()))
                .param("linkedFolders", texts(listing.linkedFolders()))
                .param("ignoredFiles", listing.leftOutCount())
                .param("ignored", json(listing.leftOut()))
                .update();
        jdbc.sql("""
                insert into task_listing_source (upload_task_id, number, folder, glob)
                select :id, number - 1, folder, glob
                from unnest(:folders::text[], :globs::text[]) with ordinality as given (folder, glob, number)
                """)
                .param("id", uploadTaskId)
                .param("folders", listing.sources().stream().map(Source::folder).toArray(String[]::new))
                .param("globs", listing.sources().stream().map(Source::glob).toArray(String[]::new))
                .update();
        Channel.LISTING.send(jdbc, "");
        return fileTasks.insertFailed(
                uploadTaskId,
                listing.unreadable().stream().map(Unreadable::file).toList());
    }

    /**
     * Takes a listing that nobody carries on for a node: the one that has waited longest. What the node itself has not given back counts as
     * that too, so a node lists on one thread only.
     *
     * @return empty if there is none, or if the node's lease has run out
     */
    public Optional<ClaimedListing> claim(UUID nodeId) {
        return jdbc.sql("""
                with waiting as (
                    select l.upload_task_id
                    from upload_task t join task_listing l on l.upload_task_id = t.id
                    where t.prepared_at is null
                      and (l.node_id is null or l.node_id = :nodeId or not exists (
                        select from worker_node n where n.id = l.node_id and n.lease_expires_at > now()))
                      and exists (select from worker_node n where n.id = :nodeId and n.lease_expires_at > now())
                    order by l.listed_at
                    limit 1
                    for update of l skip locked),
                claimed as (
                    update task_listing l
                    set node_id = :nodeId, claim = l.claim + 1
                    from waiting w
                    where l.upload_task_id = w.upload_task_id
                    returning l.*)
                select c.*, s.folder, s.glob
                from claimed c left join task_listing_source s on (s.upload_task_id, s.number) = (c.upload_task_id, c.number)
                """).param("nodeId", nodeId).query(Listings::claimed).optional();
    }

    /** The source with a number, or empty if there are fewer. */
    public Optional<Source> source(UUID uploadTaskId, int number) {
        return jdbc.sql("""
                select folder, glob from task_listing_source where upload_task_id = :id and number = :number
                """)
                .param("id", uploadTaskId)
                .param("number", number)
                .query((row, rowNumber) -> new Source(row.getString("folder"), row.getString("glob")))
                .optional();
    }

    /**
     * Records what a node has listed, moves the listing on and dispatches what fits into the window, in one transaction. Files that the task
     * has already are counted as duplicates. With the last page the task is prepared: it ends here if all its files have ended, and it
     * fails if it has none. Locks the upload task first.
     *
     * @param last whether there is nothing more to list
     * @return false, with nothing recorded, if the listing is not this claim's any more, or the task was cancelled
     */
    public boolean record(ClaimedListing claimed, ListedPage page, boolean last) {
        UUID id = claimed.uploadTaskId();
        boolean recorded = transaction.execute(status -> {
            if (!lock(id) || !move(claimed, page)) {
                return false;
            }
            int stored = store(id, page.files());
            int failed = fileTasks.insertFailed(
                    id, page.unreadable().stream().map(Unreadable::file).toList());
            int given = page.files().size() + page.unreadable().size();
            count(id, stored + failed, failed, given - stored - failed, last);
            int ignored = feeder.feed();
            return true;
        });
        if (recorded) {
            fileTasks.committed(page.files().size());
        }
        return recorded;
    }

    /** Gives a listing back, behind the others that wait, and wakes the nodes. Does nothing if it is not this claim's any more. */
    public void release(ClaimedListing claimed) {
        int released = jdbc.sql("""
                update task_listing
                set node_id = null, listed_at = now()
                where upload_task_id = :id and claim = :claim
                """)
                .param("id", claimed.uploadTaskId())
                .param("claim", claimed.claim())
                .update();
        if (released == 1) {
            Channel.LISTING.send(jdbc, "");
        }
    }

    /** Whether a listing waits that no node has taken. */
    public boolean isAnyWaiting() {
        return jdbc.sql("""
                select exists (
                    select from upload_task t join task_listing l on l.upload_task_id = t.id
                    where t.prepared_at is null and l.node_id is null)
                """).query(Boolean.class).single();
    }

    private boolean lock(UUID id) {
        return jdbc.sql("select true from upload_task where id = :id and prepared_at is null for update")
                .param("id", id)
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    private boolean move(ClaimedListing claimed, ListedPage page) {
        return jdbc.sql("""
                update task_listing
                set number = :number, position = :position, linked_folders = :linkedFolders,
                    ignored_files = ignored_files + :leftOut,
                    ignored = case when jsonb_array_length(ignored) < :shown then ignored || :ignored::jsonb else ignored end
                where upload_task_id = :id and claim = :claim
                """)
                        .param("id", claimed.uploadTaskId())
                        .param("claim", claimed.claim())
                        .param("number", page.number())
                        .param("position", texts(page.position()))
                        .param("linkedFolders", texts(page.linkedFolders()))
                        .param("leftOut", page.leftOut().size())
                        .param("ignored", json(page.leftOut()))
                        .param("shown", IGNORED_SHOWN)
                        .update()
                == 1;
    }

    private int store(UUID id, List<NewFileTask> files) {
        if (files.isEmpty()) {
            return 0;
        }
        return files.size() >= WORTH_A_COPY && fileTasks.copy(id, files) ? files.size() : fileTasks.insert(id, files);
    }

    private void count(UUID id, int files, int failed, int duplicates, boolean last) {
        jdbc.sql("""
                with counted as (
                    select total_files + :files as total, processed_files + :failed as processed, failed_files + :failed as failed,
                           :last and processed_files + :failed = total_files + :files as ends
                    from upload_task where id = :id)
                update upload_task t
                set total_files = c.total, processed_files = c.processed, failed_files = c.failed,
                    duplicates_ignored = duplicates_ignored + :duplicates,
                    prepared_at = case when :last then now() end,
                    status = case when not c.ends then t.status when c.total = 0 then 'failed' else 'completed' end,
                    outcome = case when not c.ends then null
                                   when c.failed = c.total then 'failed'
                                   when c.failed = 0 then 'success'
                                   else 'partial' end,
                    error = case when c.ends and c.total = 0 then 'There is no file to ingest under the given paths.' else t.error end,
                    finished_at = case when c.ends then now() end,
                    updated_at = now()
                from counted c
                where t.id = :id
                """)
                .param("id", id)
                .param("files", files)
                .param("failed", failed)
                .param("duplicates", duplicates)
                .param("last", last)
                .update();
    }

    private static ClaimedListing claimed(ResultSet row, int rowNumber) throws SQLException {
        String folder = row.getString("folder");
        return new ClaimedListing(
                row.getObject("upload_task_id", UUID.class),
                row.getInt("claim"),
                Stream.of(texts(row.getArray("roots"))).map(Path::of).toList(),
                row.getInt("number"),
                folder == null ? null : new Source(folder, row.getString("glob")),
                List.of(texts(row.getArray("position"))),
                List.of(texts(row.getArray("linked_folders"))));
    }

    private static String[] texts(Array array) throws SQLException {
        return (String[]) array.getArray();
    }

    private static String[] texts(List<String> texts) {
        return texts.toArray(String[]::new);
    }

    private static String json(List<LeftOut> entries) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        entries.stream()
                .limit(IGNORED_SHOWN)
                .forEach(entry -> array.addObject().put("item", entry.item()).put("reason", entry.reason()));
        return array.toString();
    }
}
