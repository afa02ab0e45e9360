package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.PostgresServer;
import io.filemill.db.TestDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** After an upgrade of JobRunr this tells what a new migration has to add. */
@ExtendWith(PostgresExtension.class)
class JobRunrSchemaIT {
    /** Each change of a job would write into them, and no statement of a node needs them. */
    private static final String[] LEFT_OUT = {
        "jobrunr_state_idx", "jobrunr_job_created_at_idx", "jobrunr_job_signature_idx"
    };

    /** Ours hold only the jobs that have such a value. */
    private static final String[] PARTIAL = {"jobrunr_job_scheduled_at_idx", "jobrunr_job_rci_idx"};

    @Test
    void equalsTheSchemaThatJobRunrWouldCreateExceptForItsIndexesOnJobs(TestDatabase db) {
        var its = new PGSimpleDataSource();
        its.setUrl(PostgresServer.instance().newDatabase());
        new PostgresStorageProvider(its, DatabaseOptions.CREATE).close();
        JdbcClient theirs = JdbcClient.create(its);

        assertThat(columns(db.jdbc)).isNotEmpty().containsExactlyElementsOf(columns(theirs));
        Map<String, String> expected = indexes(theirs);
        assertThat(expected).containsKeys(LEFT_OUT).containsKeys(PARTIAL);
        for (String name : LEFT_OUT) {
            expected.remove(name);
        }
        for (String name : PARTIAL) {
            expected.computeIfPresent(
                    name,
                    (same, definition) ->
                            definition + definition.replaceFirst(".*\\((.*)\\)", " WHERE ($1 IS NOT NULL)"));
        }
        assertThat(indexes(db.jdbc)).isNotEmpty().containsExactlyInAnyOrderEntriesOf(expected);
    }

    private static List<String> columns(JdbcClient jdbc) {
        return jdbc.sql("""
                select concat_ws(' ', table_name, column_name,
                                 case when table_name <> 'jobrunr_jobs_stats' then data_type end,
                                 character_maximum_length, is_nullable)
                from information_schema.columns
                where table_name like 'jobrunr%' and table_name <> 'jobrunr_migrations'
                order by table_name, column_name
                """).query(String.class).list();
    }

    private static Map<String, String> indexes(JdbcClient jdbc) {
        Map<String, String> indexes = new HashMap<>();
        jdbc.sql("""
                select indexname, indexdef from pg_indexes
                where tablename like 'jobrunr%' and tablename <> 'jobrunr_migrations'
                """).query(row -> {
            indexes.put(row.getString("indexname"), row.getString("indexdef"));
        });
        return indexes;
    }
}
