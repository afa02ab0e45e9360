package io.filemill.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests one {@link TestDatabase} per JVM. After each test the counters must add up; then all rows are deleted. */
public final class PostgresExtension implements ParameterResolver, AfterEachCallback {
    private static final TestDatabase DATABASE = new TestDatabase();

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestDatabase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return DATABASE;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            assertThat(DATABASE.wrongCounters())
                    .as("counters equal the file rows")
                    .isEmpty();
        } finally {
            DATABASE.empty();
        }
    }
}
