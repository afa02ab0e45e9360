package io.filemill.db;

import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the data is.
 *
 * @param dataDir embedded database, stored files, laid-out parser; must be shared by all nodes of a cluster
 * @param url a PostgreSQL (15 to 18) instead of the embedded one, as {@code jdbc:postgresql://host/database}
 * @param user of that database; empty where the address names one
 * @param password of that user; empty where none is needed
 * @param poolSize connections that an API keeps for its statements; a node has as many as its slots need
 * @param migrate whether to bring the schema up to date at the start
 */
@Validated
@ConfigurationProperties("filemill.db")
public record DatabaseProperties(
        Path dataDir,
        @DefaultValue("") String url,
        @DefaultValue("") String user,
        @DefaultValue("") String password,
        @DefaultValue("10") @Min(2) int poolSize,
        @DefaultValue("true") boolean migrate) {

    /** Whether Filemill runs its own PostgreSQL server. */
    public boolean embedded() {
        return url.isBlank();
    }
}
