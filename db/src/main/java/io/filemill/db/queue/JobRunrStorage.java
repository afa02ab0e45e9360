package io.filemill.db.queue;

import javax.sql.DataSource;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** How Filemill opens JobRunr's storage: never DDL, and one pinned JSON mapper that reads no foreign classes. */
public final class JobRunrStorage {
    private JobRunrStorage() {}

    /** The mapper that every process of a cluster must share. */
    public static JsonMapper jsonMapper() {
        return new Jackson3JsonMapper(BasicPolymorphicTypeValidator.builder()
                .allowIfSubType("io.filemill.")
                .allowIfSubType("org.jobrunr.")
                .allowIfSubType("java.util."));
    }

    /** A storage provider on connections of the data source; each of its calls commits by itself. */
    public static StorageProvider open(DataSource dataSource) {
        var provider = new PostgresStorageProvider(dataSource, DatabaseOptions.SKIP_CREATE);
        provider.setJobMapper(new JobMapper(jsonMapper()));
        return provider;
    }

    /** A storage provider for a node, which deletes the jobs of files that ended through the flusher. */
    public static StorageProvider open(DataSource dataSource, Flusher flusher) {
        var provider = new FileJobStorage(dataSource, flusher);
        provider.setJobMapper(new JobMapper(jsonMapper()));
        return provider;
    }
}
