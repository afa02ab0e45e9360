package io.filemill.db;

import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the data is.
 *
 * @param dataDir the folder of the stored files and of the embedded database
 * @param url JDBC address of a PostgreSQL server, or empty for the embedded one
 * @param user empty where the address names one
 * @param password empty where none is needed
 * @param poolSize connections that this process keeps for its statements
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
