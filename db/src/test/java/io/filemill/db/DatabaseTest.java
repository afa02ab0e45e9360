package io.filemill.db;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DatabaseTest {
    @Test
    void saysWhichServerCannotBeReachedAndKeepsThePasswordToItself() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String server = "jdbc:postgresql://127.0.0.1:" + port + "/filemill";

        assertThatThrownBy(() -> Database.open(
                        new DatabaseProperties(Path.of("unused"), server + "?password=secret", "", "", 2, true)))
                .isInstanceOf(DatabaseUnreachableException.class)
                .hasMessageContaining(server)
                .hasMessageContaining("refused")
                .hasMessageContaining("FILEMILL_DB_URL")
                .hasMessageNotContaining("secret");
    }
}
