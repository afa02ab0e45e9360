package io.filemill.db.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.PostgresExtension;
import io.filemill.db.PostgresServer;
import io.filemill.db.TestDatabase;
import java.util.List;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** After an upgrade of JobRunr this tells what a new migration has to add. */
@ExtendWith(PostgresExtension.class)
class JobRunrSchemaIT {
    @Test
    void equalsTheSchemaThatJobRunrWouldCreate(TestDatabase db) {
        var its = new PGSimpleDataSource();
        its.setUrl(PostgresServer.instance().newDatabase());
        new PostgresStorageProvider(its, DatabaseOptions.CREATE).close();
        JdbcClient theirs = JdbcClient.create(its);

        assertThat(columns(db.jdbc)).isNotEmpty().containsExactlyElementsOf(columns(theirs));
        assertThat(indexes(db.jdbc)).isNotEmpty().containsExactlyElementsOf(indexes(theirs));
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

    private static List<String> indexes(JdbcClient jdbc) {
        return jdbc.sql("""
                select indexdef from pg_indexes
                where tablename like 'jobrunr%' and tablename <> 'jobrunr_migrations'
                order by indexname
                """).query(String.class).list();
    }
}
