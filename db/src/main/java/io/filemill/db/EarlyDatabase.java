package io.filemill.db;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Opens the database on another thread while the application context is being put together, which saves a second where the embedded
 * server has to start. The bean of {@link DatabaseConfiguration} then waits for it.
 */
public final class EarlyDatabase implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        DatabaseProperties properties = Binder.get(context.getEnvironment())
                .bind("filemill.db", DatabaseProperties.class)
                .get();
        var opening = new Opening(CompletableFuture.supplyAsync(() -> Database.open(properties)));
        context.getBeanFactory().registerSingleton("databaseOpening", opening);
        if (context.getBeanFactory() instanceof DefaultSingletonBeanRegistry registry) {
            registry.registerDisposableBean(
                    "databaseOpening", opening); // also when the context fails before it has asked for the database
        }
    }

    /** A database that is being opened. */
    record Opening(CompletableFuture<Database> future) implements DisposableBean {
        /** Waits until it is open, and throws what the opening threw. */
        Database await() {
            try {
                return future.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw e;
            }
        }

        @Override
        public void destroy() {
            future.handle((database, failure) -> {
                        if (database != null) {
                            database.close();
                        }
                        return failure;
                    })
                    .join();
        }
    }
}
