package io.filemill.db.key;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The API keys. Each method is one statement. Safe for use by several threads. */
public final class ApiKeys {
    /** What every key begins with, so that people and scanners for leaked secrets know it. */
    public static final String PREFIX = "fm_";

    private static final int HINT = PREFIX.length() + 6;

    private final JdbcClient jdbc;
    private final Secrets secrets = new Secrets();

    public ApiKeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A key that was just made.
     *
     * @param secret the key itself, which cannot be had again
     */
    public record Created(ApiKey key, String secret) {
        @Override
        public String toString() {
            return "Created[" + key + "]";
        }
    }

    /** Makes a key. */
    public Created create(NewApiKey key) {
        String secret = PREFIX + secrets.next();
        ApiKey created = jdbc.sql("""
                insert into api_key (id, sha256, hint, owner, name, scopes, expires_at)
                values (:id, :sha256, :hint, :owner, :name, :scopes, now() + make_interval(secs => :validFor))
                returning *
                """)
                .param("id", UUID.randomUUID())
                .param("sha256", Secrets.sha256(secret))
                .param("hint", secret.substring(0, HINT))
                .param("owner", key.owner())
                .param("name", key.name())
                .param("scopes", key.scopes().toArray(String[]::new))
                .param(
                        "validFor",
                        key.validFor() == null ? null : (double) key.validFor().toSeconds())
                .query(ApiKey::of)
                .single();
        return new Created(created, secret);
    }

    /** The key with this secret if it is good now; remembers that it was used. */
    public Optional<ApiKey> use(String secret) {
        return jdbc.sql("""
                with good as (
                    select * from api_key
                    where sha256 = :sha256 and revoked_at is null and (expires_at is null or expires_at > now())),
                noted as (
                    update api_key set last_used_at = now()
                    where id = (select id from good where last_used_at is null or last_used_at < now() - interval '1 minute'))
                select * from good
                """)
                .param("sha256", Secrets.sha256(secret))
                .query(ApiKey::of)
                .optional();
    }

    /** All keys, those that are refused too, newest first. */
    public List<ApiKey> list() {
        return jdbc.sql("select * from api_key order by created_at desc, id")
                .query(ApiKey::of)
                .list();
    }

    /** Refuses a key from now on; may be called again. Empty if there is no such key. */
    public Optional<ApiKey> revoke(UUID id) {
        return jdbc.sql("update api_key set revoked_at = coalesce(revoked_at, now()) where id = :id returning *")
                .param("id", id)
                .query(ApiKey::of)
                .optional();
    }
}
