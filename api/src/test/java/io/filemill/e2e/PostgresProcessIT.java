package io.filemill.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class PostgresProcessIT {
    @TempDir
    Path directory;

    @Test
    void keepsWhatItHasCommittedWhenItIsKilledOrStopped() {
        try (PostgresProcess postgres = PostgresProcess.start(directory)) {
            JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(postgres.url()));
            jdbc.sql("create table kept (id integer)").update();
            jdbc.sql("insert into kept values (1)").update();

            postgres.kill();
            assertThatThrownBy(() -> jdbc.sql("select 1").query().singleRow()).isInstanceOf(DataAccessException.class);
            postgres.restart();
            jdbc.sql("insert into kept values (2)").update();
            postgres.stop();
            assertThatThrownBy(() -> jdbc.sql("select 1").query().singleRow()).isInstanceOf(DataAccessException.class);
            postgres.restart();

            assertThat(jdbc.sql("select id from kept order by id")
                            .query(Integer.class)
                            .list())
                    .containsExactly(1, 2);
        }
    }
}
