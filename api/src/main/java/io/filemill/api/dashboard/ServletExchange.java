package io.filemill.api.dashboard;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** A servlet's request and response as JobRunr's handlers know them. */
final class ServletExchange extends HttpExchange {
    private static final String STREAMS = "/sse/";

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final OutputStream body;
    private final Headers requestHeaders = new Headers();
    private final Headers responseHeaders = new Headers();

    private ServletExchange(HttpServletRequest request, HttpServletResponse response, OutputStream body) {
        this.request = request;
        this.response = response;
        this.body = body;
        Collections.list(request.getHeaderNames())
                .forEach(name -> requestHeaders.put(name, Collections.list(request.getHeaders(name))));
    }

    /** A stream stays open when its handler returns, until its body is closed. */
    static ServletExchange of(HttpServletRequest request, HttpServletResponse response) throws IOException {
        OutputStream out = response.getOutputStream();
        if (request.getRequestURI().startsWith(STREAMS)) {
            AsyncContext stream = request.startAsync();
            stream.setTimeout(0);
            out = new StreamBody(out, stream);
        }
        return new ServletExchange(request, response, out);
    }

    private static final class StreamBody extends FilterOutputStream {
        private final AsyncContext stream;
        private boolean closed;

        StreamBody(OutputStream out, AsyncContext stream) {
            super(out);
            this.stream = stream;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                stream.complete();
            }
        }
    }

    @Override
    public Headers getRequestHeaders() {
        return requestHeaders;
    }

    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public URI getRequestURI() {
        String query = request.getQueryString();
        return URI.create(request.getRequestURI() + (query == null ? "" : "?" + query));
    }

    @Override
    public String getRequestMethod() {
        return request.getMethod();
    }

    @Override
    public InputStream getRequestBody() {
        return InputStream.nullInputStream();
    }

    @Override
    public OutputStream getResponseBody() {
        return body;
    }

    /**
     * @param length of the body; 0 if it is not known, less if there is none
     */
    @Override
    public void sendResponseHeaders(int status, long length) throws IOException {
        response.setStatus(status);
        responseHeaders.forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        if (length > 0) {
            response.setContentLengthLong(length);
        }
        response.flushBuffer();
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            // the client has gone
        }
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return new InetSocketAddress(request.getRemoteAddr(), request.getRemotePort());
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return new InetSocketAddress(request.getLocalAddr(), request.getLocalPort());
    }

    @Override
    public int getResponseCode() {
        return response.getStatus();
    }

    @Override
    public String getProtocol() {
        return request.getProtocol();
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return request.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        request.setAttribute(name, value);
    }

    @Override
    public @Nullable HttpPrincipal getPrincipal() {
        return null;
    }

    @Override
    public HttpContext getHttpContext() {
        throw new UnsupportedOperationException("there is no server of the JDK's here");
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        throw new UnsupportedOperationException("the streams are the servlet's");
    }
}
