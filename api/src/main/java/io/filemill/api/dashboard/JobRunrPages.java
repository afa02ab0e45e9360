package io.filemill.api.dashboard;

import com.sun.net.httpserver.HttpHandler;
import io.filemill.db.queue.JobRunrStorage;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jobrunr.dashboard.JobRunrApiHandler;
import org.jobrunr.dashboard.JobRunrSseHandler;
import org.jobrunr.dashboard.JobRunrStaticFileHandler;
import org.jobrunr.dashboard.server.HttpExchangeHandler;
import org.jobrunr.dashboard.server.http.RedirectHttpHandler;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.ThreadSafeStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;

/** JobRunr's pages, read-only and without JobRunr's anonymous statistics. */
final class JobRunrPages implements AutoCloseable {
    private final List<HttpExchangeHandler> handlers;

    JobRunrPages(DataSource dataSource) {
        StorageProvider storage = new ThreadSafeStorageProvider(JobRunrStorage.open(dataSource));
        JsonMapper json = JobRunrStorage.jsonMapper();
        handlers = List.of(
                new JobRunrStaticFileHandler(),
                new JobRunrApiHandler(storage, json, false),
                new JobRunrSseHandler(storage, json),
                new RedirectHttpHandler("/", "/dashboard"));
    }

    /** What answers at a path and below it. */
    record Page(String path, HttpHandler handler) {}

    List<Page> pages() {
        return handlers.stream()
                .map(handler -> new Page(handler.getContextPath(), new ReadOnly(handler)))
                .toList();
    }

    /** What answers at this path, apart from the root. */
    Optional<HttpHandler> at(String path) {
        return pages().stream()
                .filter(page ->
                        !page.path().equals("/") && (path.equals(page.path()) || path.startsWith(page.path() + "/")))
                .map(Page::handler)
                .findFirst();
    }

    @Override
    public void close() {
        handlers.forEach(HttpExchangeHandler::close);
    }
}
