package io.filemill.api.dashboard;

import com.sun.net.httpserver.HttpHandler;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/** JobRunr's pages beside the API's own, behind the same sign-in. Made with the first request for them; streams end before the server stops. */
final class DashboardServlet extends HttpServlet implements SmartLifecycle {
    private final transient ObjectProvider<DataSource> dataSource;
    private transient @Nullable JobRunrPages pages;
    private volatile boolean running;

    DashboardServlet(ObjectProvider<DataSource> dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<HttpHandler> handler = pages().at(request.getRequestURI());
        if (handler.isEmpty()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        handler.get().handle(ServletExchange.of(request, response));
    }

    private synchronized JobRunrPages pages() {
        JobRunrPages made = pages;
        if (made == null) {
            made = new JobRunrPages(dataSource.getObject());
            pages = made;
        }
        return made;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (pages != null) {
            pages.close();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE; // stops first: the web server waits for streams that are open
    }
}
