package io.filemill.db.document;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores documents with their chunks, and searches them.
 *
 * <p>A document is its user and the digest of its content, so the same content is there once. Every method may be called by several threads and nodes at the same time.
 */
public final class DocumentRepository {
    private static final int CHUNKS_PER_STATEMENT = 500;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;

    /**
     * Creates a repository.
     *
     * @param jdbc where documents are
     * @param transaction opens transactions on the same database
     * @param json writes metadata
     */
    public DocumentRepository(JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.json = json;
    }

    /** Finds a user's document by the digest of its content. */
    public Optional<StoredDocument> find(String userId, String sha256) {
        return jdbc.sql("""
                        select sha256, filename, mimetype, size_bytes, pages, warning, file_task_id, updated_at,
                               (select count(*) from chunk c where c.document_id = d.id) as chunks
                        from document d
                        where user_id = :userId and sha256 = :sha256
                        """)
                .param("userId", userId)
                .param("sha256", sha256)
                .query(DocumentRepository::storedDocument)
                .optional();
    }

    /**
     * Stores a document and its chunks in one transaction of its own, or in the caller's. Its row stays locked until the end, so that of two
     * callers with the same content one waits for the other.
     *
     * @param replace whether a document of the same user and content is replaced, chunks included, that another file task has stored
     * @return the document that was not replaced; empty if the given one is stored
     */
    public Optional<StoredDocument> store(NewDocument document, List<Chunk> chunks, boolean replace) {
        return transaction.execute(status -> {
            var stored = upsert(document, replace);
            if (stored.isEmpty()) {
                return find(document.userId(), document.sha256());
            }
            var id = stored.get().id();
            if (stored.get().replaced()) {
                jdbc.sql("delete from chunk where document_id = :id")
                        .param("id", id)
                        .update();
            }
            for (var from = 0; from < chunks.size(); from += CHUNKS_PER_STATEMENT) {
                insert(id, from, chunks.subList(from, Math.min(from + CHUNKS_PER_STATEMENT, chunks.size())));
            }
            return Optional.empty();
        });
    }

    /**
     * Searches a user's documents, best hits first.
     *
     * @param query words, {@code "phrases"}, {@code or} and {@code -exclusions}; any string is a valid query
     * @param limit how many hits at most
     * @param offset how many hits to leave out
     */
    public SearchResult search(String userId, String query, int limit, int offset) {
        var storable = query.replace("\0", "");
        return new SearchResult(count(userId, storable), hits(userId, storable, limit, offset));
    }

    /**
     * Deletes a document with its chunks.
     *
     * @return whether there was one
     */
    public boolean delete(String userId, String sha256) {
        return jdbc.sql("delete from document where user_id = :userId and sha256 = :sha256")
                        .param("userId", userId)
                        .param("sha256", sha256)
                        .update()
                == 1;
    }

    /**
     * @param replaced whether there was a document before, whose row version an upsert locks and thereby marks with its transaction
     */
    private record Upserted(long id, boolean replaced) {}

    private Optional<Upserted> upsert(NewDocument document, boolean replace) {
        return jdbc.sql("""
                        insert into document (user_id, sha256, filename, mimetype, size_bytes, pages, truncated, warning,
                                              metadata, file_task_id)
                        values (:userId, :sha256, :filename, :mimetype, :sizeBytes, :pages, :truncated, :warning,
                                :metadata::jsonb, :fileTaskId)
                        on conflict (user_id, sha256) do update
                        set filename     = excluded.filename,
                            mimetype     = excluded.mimetype,
                            size_bytes   = excluded.size_bytes,
                            pages        = excluded.pages,
                            truncated    = excluded.truncated,
                            warning      = excluded.warning,
                            metadata     = excluded.metadata,
                            file_task_id = excluded.file_task_id,
                            updated_at   = now()
                        where :replace or document.file_task_id = excluded.file_task_id
                        returning id, xmax <> 0 as replaced
                        """)
                .param("userId", document.userId())
                .param("sha256", document.sha256())
                .param("filename", document.filename())
                .param("mimetype", document.mimetype())
                .param("sizeBytes", document.sizeBytes())
                .param("pages", document.pages())
                .param("truncated", document.warning() != null)
                .param("warning", document.warning())
                .param("metadata", json.writeValueAsString(document.metadata()))
                .param("fileTaskId", document.fileTaskId())
                .param("replace", replace)
                .query((row, number) -> new Upserted(row.getLong("id"), row.getBoolean("replaced")))
                .optional();
    }

    private void insert(long documentId, int firstOrdinal, List<Chunk> chunks) {
        jdbc.sql("""
                        insert into chunk (document_id, ordinal, page, type, part, text)
                        select :documentId, :firstOrdinal + position - 1, page, type, part, text
                        from unnest(:pages::integer[], :types::text[], :parts::text[], :texts::text[])
                             with ordinality as chunks (page, type, part, text, position)
                        """)
                .param("documentId", documentId)
                .param("firstOrdinal", firstOrdinal)
                .param("pages", chunks.stream().map(Chunk::page).toArray(Integer[]::new))
                .param(
                        "types",
                        chunks.stream().map(chunk -> chunk.type().word()).toArray(String[]::new))
                .param("parts", chunks.stream().map(Chunk::part).toArray(String[]::new))
                .param("texts", chunks.stream().map(Chunk::text).toArray(String[]::new))
                .update();
    }

    private long count(String userId, String query) {
        return jdbc.sql("""
                        select count(*)
                        from chunk c
                        join document d on d.id = c.document_id
                        where d.user_id = :userId and c.tsv @@ websearch_to_tsquery('english', :query)
                        """)
                .param("userId", userId)
                .param("query", query)
                .query(Long.class)
                .single();
    }

    private List<SearchHit> hits(String userId, String query, int limit, int offset) {
        return jdbc.sql("""
                        with best as (                   -- snippets are dear, so only these get one
                            select d.sha256, d.filename, d.mimetype, c.page, c.part, c.ordinal, c.type, c.text,
                                   ts_rank_cd(c.tsv, words) as score, words
                            from websearch_to_tsquery('english', :query) as words
                            join chunk c on c.tsv @@ words
                            join document d on d.id = c.document_id
                            where d.user_id = :userId
                            order by score desc, d.sha256, c.ordinal
                            limit :limit offset :offset)
                        select sha256, filename, mimetype, page, part, ordinal, type, score,
                               ts_headline('english', text, words,
                                           'StartSel=**, StopSel=**, MaxFragments=2, MaxWords=30, MinWords=10') as snippet
                        from best
                        order by score desc, sha256, ordinal
                        """)
                .param("userId", userId)
                .param("query", query)
                .param("limit", limit)
                .param("offset", offset)
                .query(DocumentRepository::searchHit)
                .list();
    }

    private static StoredDocument storedDocument(ResultSet row, int number) throws SQLException {
        return new StoredDocument(
                row.getString("sha256"),
                row.getString("filename"),
                row.getString("mimetype"),
                row.getLong("size_bytes"),
                row.getObject("pages", Integer.class),
                row.getInt("chunks"),
                row.getString("warning"),
                row.getLong("file_task_id"),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    private static SearchHit searchHit(ResultSet row, int number) throws SQLException {
        return new SearchHit(
                row.getString("sha256"),
                row.getString("filename"),
                row.getString("mimetype"),
                page(row),
                row.getString("part"),
                row.getInt("ordinal"),
                ChunkType.ofWord(row.getString("type")),
                row.getString("snippet"),
                row.getDouble("score"));
    }

    private static @Nullable Integer page(ResultSet row) throws SQLException {
        return row.getObject("page", Integer.class);
    }
}
