package io.filemill.api.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.commons.fileupload2.core.DiskFileItem;
import org.apache.commons.fileupload2.core.DiskFileItemFactory;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.RequestContext;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;

/** Answers what a test tells it to, and keeps what it was asked. */
final class FakeServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Map<String, Deque<Answer>> answers = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Headers> headers = new ArrayList<>();
    private String lastBody = "";

    FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
        on("GET /v1", 200, "{\"name\": \"filemill\", \"version\": \"1\"}");
    }

    /** The next answer to a request; the last one is repeated. */
    FakeServer on(String request, int status, String body) {
        synchronized (answers) {
            answers.computeIfAbsent(request, key -> new ArrayDeque<>()).add(new Answer(status, body));
        }
        return this;
    }

    /** The only answer to a request from now on. */
    FakeServer replace(String request, int status, String body) {
        synchronized (answers) {
            answers.remove(request);
        }
        return on(request, status, body);
    }

    int port() {
        return server.getAddress().getPort();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    List<String> requests() {
        synchronized (answers) {
            return List.copyOf(requests);
        }
    }

    /** What each request signed in with, as a list of none or one. */
    List<String> authorizations() {
        return headers("Authorization");
    }

    /** What each request had in a header, as a list of none or one. */
    List<String> headers(String name) {
        synchronized (answers) {
            return headers.stream()
                    .map(sent -> sent.getOrDefault(name, List.of()).toString())
                    .toList();
        }
    }

    /** What the last upload held. */
    List<Part> parts() {
        synchronized (answers) {
            return List.copyOf(parts);
        }
    }

    String lastBody() {
        synchronized (answers) {
            return lastBody;
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            synchronized (answers) {
                headers.add(exchange.getRequestHeaders());
            }
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            List<Part> upload =
                    type != null && type.startsWith("multipart/") ? read(type, exchange.getRequestBody()) : List.of();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer = answer(request, upload, body);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Answer answer(String request, List<Part> upload, String body) {
        synchronized (answers) {
            requests.add(request);
            lastBody = body;
            parts.clear();
            parts.addAll(upload);
            Deque<Answer> prepared = answers.getOrDefault(request, new ArrayDeque<>());
            if (prepared.isEmpty()) {
                return new Answer(
                        404, "{\"title\": \"Not found\", \"status\": 404, \"detail\": \"Nothing at " + request + "\"}");
            }
            return prepared.size() > 1 ? prepared.remove() : prepared.element();
        }
    }

    /** Reads an upload with a library that servers use. */
    static List<Part> read(String contentType, InputStream body) throws IOException {
        var upload = new JakartaServletFileUpload<DiskFileItem, DiskFileItemFactory>();
        upload.setHeaderCharset(StandardCharsets.UTF_8);
        upload.setMaxPartHeaderSize(16_384);
        var parts = new ArrayList<Part>();
        upload.getItemIterator(new UploadRequest(contentType, body)).forEachRemaining(item -> parts.add(part(item)));
        return parts;
    }

    private static Part part(FileItemInput item) {
        try {
            String content = new String(item.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Part(item.getFieldName(), item.isFormField() ? "" : item.getName(), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A part of an upload. */
    record Part(String field, String filename, String content) {}

    private record Answer(int status, String body) {}

    private record UploadRequest(String contentType, InputStream body) implements RequestContext {
        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }

        @Override
        public Charset getCharset() {
            return StandardCharsets.UTF_8;
        }

        @Override
        public long getContentLength() {
            return -1;
        }

        @Override
        public String getContentType() {
            return contentType;
        }

        @Override
        public InputStream getInputStream() {
            return body;
        }

        @Override
        public boolean isMultipartRelated() {
            return false;
        }
    }
}
