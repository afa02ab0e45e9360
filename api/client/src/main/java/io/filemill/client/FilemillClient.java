package io.filemill.client;

import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to one Filemill server. Safe for use by several threads; make one and keep it.
 *
 * <p>A call that the server has no room for (429, 503) is sent again when the server asks for, or after a random time that doubles; one whose
 * answer was lost is sent again if carrying it out twice does no harm. Submissions carry an {@code Idempotency-Key}, so they are among these.
 * After the time of {@link Builder#retryFor} the last failure is thrown.
 *
 * <p>Every method may throw {@link ProblemException} if the server refuses, {@link UnreachableException} if no answer comes, and
 * {@link FilemillException} if the thread is interrupted, whose flag is then set.
 */
public final class FilemillClient {
    /** How long the server is asked to keep a question; less than anything between here and there gives up after. */
    private static final Duration LONG_POLL = Duration.ofSeconds(20);

    private static final Duration SHORTEST_LOOK = Duration.ofMillis(100);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(2);

    private final Transport transport;

    private FilemillClient(Builder builder) {
        HttpClient http = builder.http == null
                ? HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10))
                        .build()
                : builder.http;
        var settings = new Transport.Settings(builder.server, builder.apiKey, builder.answerLimit, builder.retryFor);
        this.transport = new Transport(http, settings, builder.pauses);
    }

    /** A client with the defaults. */
    public static FilemillClient of(URI server) {
        return builder(server).build();
    }

    /**
     * Begins a client.
     *
     * @param server such as {@code http://127.0.0.1:8080}
     */
    public static Builder builder(URI server) {
        return new Builder(server);
    }

    /** The settings of a client. For use by one thread. */
    public static final class Builder {
        private final URI server;
        private @Nullable String apiKey;
        private @Nullable HttpClient http;
        private Duration answerLimit = Duration.ofSeconds(60);
        private Duration retryFor = Duration.ofMinutes(1);
        private Transport.Pauses pauses = FilemillClient::pause;

        private Builder(URI server) {
            this.server = URI.create(server.toString().replaceAll("/+$", ""));
        }

        /** An API key or a token, sent as {@code Authorization: Bearer}. */
        public Builder apiKey(String apiKey) {
            this.apiKey = apiKey;
            return this;
        }

        /** How long to wait until an answer begins; 60 s unless set. Uploads have no such limit. */
        public Builder answerLimit(Duration limit) {
            this.answerLimit = limit;
            return this;
        }

        /** How long to send a request again that got no answer or found no room; a minute unless set, zero for never. */
        public Builder retryFor(Duration time) {
            this.retryFor = time;
            return this;
        }

        /** An HTTP client with proxies, certificates or threads of your own. */
        public Builder httpClient(HttpClient client) {
            this.http = client;
            return this;
        }

        Builder pauses(Transport.Pauses pauses) {
            this.pauses = pauses;
            return this;
        }

        /** The client. */
        public FilemillClient build() {
            return new FilemillClient(this);
        }
    }

    private static void pause(Duration time) throws InterruptedException {
        boolean ignored = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    // Submitting

    /** Uploads files of this machine under their own names, and makes a task of them. They are read while they are sent. */
    public AcceptedTask submitFiles(List<Path> files, TaskOptions options) {
        return submitUploads(files.stream().map(UploadFile::of).toList(), options);
    }

    /** Uploads files from wherever their bytes are, and makes a task of them. */
    public AcceptedTask submitUploads(List<UploadFile> files, TaskOptions options) {
        var body = new Multipart(fields(options), files);
        return submit("/v1/tasks", body::open, body.contentType(), options);
    }

    /** Makes a task of files, folders and globs inside the server's ingest roots. */
    public AcceptedTask submitPaths(List<String> paths, TaskOptions options) {
        return submit("/v1/tasks", transport.json(request("paths", paths, options)), Call.JSON, options);
    }

    /** Makes a task of strings that its processor understands. */
    public AcceptedTask submitItems(List<String> items, TaskOptions options) {
        return submit("/v1/tasks", transport.json(request("items", items, options)), Call.JSON, options);
    }

    /**
     * Makes a task of as many as ten million paths and items, in memory that does not grow with them.
     *
     * @param entries read once for each time that the request is sent
     */
    public AcceptedTask submitManifest(Iterable<ManifestEntry> entries, TaskOptions options) {
        Supplier<InputStream> lines = () -> new ChunkedStream(lines(entries.iterator()));
        return submit(query(options), lines, "application/x-ndjson", options);
    }

    /**
     * Sends a manifest from a file: CSV with a first line of names if its name ends so, else one JSON value on each line.
     *
     * @throws UncheckedIOException if the file cannot be read
     */
    public AcceptedTask submitManifest(Path file, TaskOptions options) {
        boolean csv = file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
        Supplier<InputStream> content = () -> new ChunkedStream(
                List.<UploadFile.Content>of(() -> Files.newInputStream(file)).iterator());
        return submit(query(options), content, csv ? "text/csv" : "application/x-ndjson", options);
    }

    private AcceptedTask submit(String path, Supplier<InputStream> body, String contentType, TaskOptions options) {
        return transport.call(
                Call.post(path).with(body, contentType).with("Idempotency-Key", options.keyOrNew()),
                AcceptedTask.class);
    }

    private Iterator<UploadFile.Content> lines(Iterator<ManifestEntry> entries) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public UploadFile.Content next() {
                byte[] line =
                        (transport.json().writeValueAsString(entries.next()) + "\n").getBytes(StandardCharsets.UTF_8);
                return UploadFile.of("", line).content();
            }
        };
    }

    private Map<String, Object> request(String member, List<String> values, TaskOptions options) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put(member, values);
        transport
                .json()
                .valueToTree(options)
                .propertyStream()
                .forEach(option -> request.put(option.getKey(), option.getValue()));
        return request;
    }

    private Map<String, String> fields(TaskOptions options) {
        Map<String, String> fields = new LinkedHashMap<>();
        transport
                .json()
                .valueToTree(options)
                .propertyStream()
                .forEach(option -> fields.put(
                        option.getKey(),
                        option.getValue().isValueNode()
                                ? option.getValue().asString()
                                : option.getValue().toString()));
        return fields;
    }

    private String query(TaskOptions options) {
        var query = new Query("/v1/tasks");
        fields(options).forEach(query::add);
        return query.toString();
    }

    // Tasks and files

    /** A task as it is now. */
    public Task task(UUID id) {
        return transport.call(Call.get("/v1/tasks/" + id), Task.class);
    }

    private record TaskPage(List<Task> tasks, @Nullable String nextCursor) {}

    private record FilePage(List<TaskFile> files, @Nullable String nextCursor) {}

    /**
     * A page of the caller's tasks, newest first.
     *
     * @param cursor of the page before; null for the first
     */
    public Page<Task> tasks(@Nullable String cursor) {
        TaskPage page = transport.call(Call.get(new Query("/v1/tasks").add("cursor", cursor)), TaskPage.class);
        return new Page<>(page.tasks(), page.nextCursor());
    }

    /** All of the caller's tasks, newest first, fetched page by page while they are read. */
    public Stream<Task> allTasks() {
        return Pages.stream(this::tasks);
    }

    /**
     * A page of the files of a task, in the order of the submission.
     *
     * @param cursor of the page before; null for the first
     */
    public Page<TaskFile> files(UUID task, FileFilter filter, @Nullable String cursor) {
        Query query = filter.addTo(new Query("/v1/tasks/" + task + "/files"))
                .add("limit", 1000)
                .add("cursor", cursor);
        FilePage page = transport.call(Call.get(query), FilePage.class);
        return new Page<>(page.files(), page.nextCursor());
    }

    /** All files of a task that the filter lets through, fetched page by page while they are read. */
    public Stream<TaskFile> allFiles(UUID task, FileFilter filter) {
        return Pages.stream(cursor -> files(task, filter, cursor));
    }

    /** One file with the attempts before its last. */
    public TaskFile file(long id) {
        return transport.call(Call.get("/v1/files/" + id), TaskFile.class);
    }

    /**
     * Stops a task: files that wait at once, those that run within moments. Calling it again changes nothing.
     *
     * @throws ProblemException.Conflict if it had ended before
     */
    public CancelledTask cancel(UUID task) {
        return transport.call(Call.post("/v1/tasks/" + task + "/cancel"), CancelledTask.class);
    }

    /**
     * Stops one file.
     *
     * @throws ProblemException.Conflict if it had ended before
     */
    public void cancelFile(long file) {
        transport.call(Call.post("/v1/files/" + file + "/cancel"));
    }

    /** Runs failed files again. Sent once, since a second time would take what fails meanwhile. */
    public RetriedTask retry(UUID task, RetrySelection selection) {
        Call call = Call.post("/v1/tasks/" + task + "/retry").with(transport.json(selection), Call.JSON);
        return transport.call(call.once(), RetriedTask.class);
    }

    /** Runs a failed file again. */
    public RetriedTask retryFile(long file) {
        return transport.call(Call.post("/v1/files/" + file + "/retry").once(), RetriedTask.class);
    }

    /** Lets no further file of a task start; those that run go on. */
    public Task pause(UUID task) {
        return transport.call(Call.post("/v1/tasks/" + task + "/pause"), Task.class);
    }

    /** Ends a pause. */
    public Task resume(UUID task) {
        return transport.call(Call.post("/v1/tasks/" + task + "/resume"), Task.class);
    }

    /** Changes the priority of the files that wait; 9 runs first. */
    public Task setPriority(UUID task, int priority) {
        return change(task, Map.of("priority", priority));
    }

    /** Lets none of the files that wait start before a time; one that has passed means now. */
    public Task setNotBefore(UUID task, Instant time) {
        return change(task, Map.of("not_before", time.toString()));
    }

    private Task change(UUID task, Map<String, Object> change) {
        return transport.call(Call.patch("/v1/tasks/" + task, transport.json(change)), Task.class);
    }

    /**
     * Waits until a task has ended, whatever way. The server keeps the question while it can, so this costs it little.
     *
     * @throws TimeoutException if it has not ended after the time; the task goes on
     */
    public Task awaitEnd(UUID task, Duration limit) throws TimeoutException {
        long began = System.nanoTime();
        Duration look = SHORTEST_LOOK;
        while (true) {
            Duration left = limit.minusNanos(System.nanoTime() - began);
            long wait = Math.max(0, Math.min(LONG_POLL.toSeconds(), left.toSeconds()));
            long asked = System.nanoTime();
            Task now = transport.call(Call.get("/v1/tasks/" + task + "?wait=" + wait), Task.class);
            if (now.isFinished()) {
                return now;
            }
            left = limit.minusNanos(System.nanoTime() - began);
            if (left.isNegative() || left.isZero()) {
                throw new TimeoutException("The task " + task + " has not ended after " + limit + "; "
                        + now.processedFiles() + " of " + now.totalFiles() + " files have.");
            }
            if (System.nanoTime() - asked < SHORTEST_LOOK.toNanos()) { // it answered at once, changed or not
                transport.pause(look.compareTo(left) < 0 ? look : left);
                look = look.multipliedBy(2).compareTo(LONGEST_LOOK) < 0 ? look.multipliedBy(2) : LONGEST_LOOK;
            }
        }
    }

    // Live

    /** What happens to a task, until it has ended. The caller closes the stream. */
    public EventStream events(UUID task) {
        return new EventStream(transport, "/v1/tasks/" + task + "/events", "", EventStream::endsATask);
    }

    /**
     * What happens to all of the caller's tasks, for ever. The caller closes the stream.
     *
     * @param lastId the event after which to begin; null for now
     */
    public EventStream events(@Nullable String lastId) {
        return new EventStream(transport, "/v1/events", lastId == null ? "" : lastId, event -> false);
    }

    /** How the files of a task ended. */
    public enum ReportFormat {
        CSV,
        JSONL
    }

    /**
     * The report of a task, streamed. The caller closes it.
     *
     * @param onlyFailed whether to leave out what succeeded or was skipped
     */
    public InputStream report(UUID task, ReportFormat format, boolean onlyFailed) {
        Query query = new Query("/v1/tasks/" + task + "/report")
                .add("format", format.name().toLowerCase(Locale.ROOT))
                .add("only", onlyFailed ? "failed" : null);
        return transport.call(Call.get(query).with("Accept", "*/*"), HttpResponse::body);
    }

    // The cluster

    /** Searches the texts of the caller's documents for words, "phrases", or, and -exclusions. */
    public SearchResult search(String query, int limit, int offset) {
        return transport.call(
                Call.get(new Query("/v1/search")
                        .add("q", query)
                        .add("limit", limit)
                        .add("offset", offset)),
                SearchResult.class);
    }

    private record NodeList(List<Node> nodes) {}

    /** The nodes of the cluster. */
    public List<Node> nodes() {
        return transport.call(Call.get("/v1/nodes"), NodeList.class).nodes();
    }

    /** How much work waits in the cluster. */
    public QueueFigures queue() {
        return transport.call(Call.get("/v1/stats/queue"), QueueFigures.class);
    }

    /** Addresses that are told when tasks end. */
    public Webhooks webhooks() {
        return new Webhooks(transport);
    }

    /** Limits and pauses. */
    public Limits limits() {
        return new Limits(transport);
    }
}
