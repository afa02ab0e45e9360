package io.filemill.spring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AddressTest {
    @Test
    void refusesADatabaseThatIsNoPostgres() {
        assertThatThrownBy(() -> new Address("jdbc:h2:mem:x", "", "").requirePostgres())
                .hasMessageContaining("must be a PostgreSQL, but it is at jdbc:h2:mem:x.");
        assertThatThrownBy(() -> new Address("", "", "").requirePostgres()).hasMessageContaining("set filemill.db.url");
    }
}
