package io.filemill.db;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Stands between programs and their PostgreSQL server and counts the statements that they execute, by reading the protocol. It needs
 * nothing of the server or the driver. Connections must not be encrypted.
 */
public final class StatementCounter implements AutoCloseable {
    /** What a driver may ask for before it logs in; the server answers with one byte and waits for the next request. */
    private static final Set<Integer> ENCRYPTION_REQUESTS = Set.of(80877103, 80877104);

    private static final Pattern TRANSACTION_CONTROL =
            Pattern.compile("(begin|commit|rollback|savepoint|release savepoint)\\b.*", Pattern.CASE_INSENSITIVE);

    private final String host;
    private final int port;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicLong> calls = new ConcurrentHashMap<>();
    private final AtomicLong transactionControl = new AtomicLong();

    private StatementCounter(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Begins to count at the server of this address. */
    public static StatementCounter of(String jdbcUrl) {
        URI server = URI.create(jdbcUrl.substring("jdbc:".length()));
        try {
            return new StatementCounter(server.getHost(), server.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same database by way of this counter. */
    public String through(String jdbcUrl) {
        return jdbcUrl.replace(host + ":" + port, "127.0.0.1:" + listener.getLocalPort());
    }

    /** Begins again at zero. */
    public void reset() {
        calls.clear();
        transactionControl.set(0);
    }

    /** How many statements were executed, but for those that begin and end transactions. */
    public long statements() {
        return calls.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** How many statements began or ended transactions, or set savepoints. */
    public long transactionControl() {
        return transactionControl.get();
    }

    /** Each statement in one line, the most frequent first. */
    public String table() {
        return calls.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(
                        Comparator.comparingLong(AtomicLong::get).reversed()))
                .map(call -> "%7d  %s".formatted(call.getValue().get(), beginning(call.getKey())))
                .collect(Collectors.joining("\n", "\n", "\n%7d  begin, commit, …".formatted(transactionControl.get())));
    }

    private static String beginning(String sql) {
        return sql.length() <= 150 ? sql : sql.substring(0, 150) + "…";
    }

    private void count(String sql) {
        String statement = sql.replaceAll("\\s+", " ").strip();
        if (TRANSACTION_CONTROL.matcher(statement).matches()) {
            transactionControl.incrementAndGet();
        } else if (!statement.isEmpty()) { // an empty one asks whether the connection lives
            calls.computeIfAbsent(statement, text -> new AtomicLong()).incrementAndGet();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                var server = new Socket(host, port);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                start(() -> readRequests(client, server));
                start(() -> passAnswers(server, client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void passAnswers(Socket server, Socket client) {
        try (server;
                client) {
            long ignored = server.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // one side has gone, so the other one goes too
        }
    }

    private void readRequests(Socket client, Socket server) {
        try (client;
                server) {
            var in = new DataInputStream(new BufferedInputStream(client.getInputStream(), 1 << 16));
            var out = new Requests(server, in);
            int code;
            do {
                int length = in.readInt();
                code = in.readInt();
                out.writeStart(length, code, in.readNBytes(length - 2 * Integer.BYTES));
            } while (ENCRYPTION_REQUESTS.contains(code));
            var session = new Session();
            while (true) {
                byte type = in.readByte();
                byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
                session.read((char) type, body);
                out.write(type, body);
            }
        } catch (EOFException e) {
            // the client has ended
        } catch (IOException e) {
            // one side has gone, so the other one goes too
        }
    }

    /** The way to the server: what the client sent at once is passed on at once. */
    private static final class Requests {
        private final Socket server;
        private final DataInputStream in;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Requests(Socket server, DataInputStream in) {
            this.server = server;
            this.in = in;
        }

        void writeStart(int length, int code, byte[] rest) throws IOException {
            out.writeInt(length);
            out.writeInt(code);
            out.write(rest);
            send();
        }

        void write(byte type, byte[] body) throws IOException {
            out.writeByte(type);
            out.writeInt(body.length + Integer.BYTES);
            out.write(body);
            if (in.available() == 0 || bytes.size() > 1 << 16) {
                send();
            }
        }

        private void send() throws IOException {
            bytes.writeTo(server.getOutputStream());
            bytes.reset();
        }
    }

    /** What one connection has prepared and bound. */
    private final class Session {
        private final Map<String, String> statements = new HashMap<>();
        private final Map<String, String> portals = new HashMap<>();

        void read(char type, byte[] body) throws IOException {
            var in = new ByteArrayInputStream(body);
            switch (type) {
                case 'Q' -> count(text(in));
                case 'P' -> statements.put(text(in), text(in));
                case 'B' -> portals.put(text(in), statements.getOrDefault(text(in), "unknown"));
                case 'E' -> count(portals.getOrDefault(text(in), "unknown"));
                default -> {} // carries no statement
            }
        }

        private String text(ByteArrayInputStream in) {
            var bytes = new ByteArrayOutputStream();
            for (int next = in.read(); next > 0; next = in.read()) {
                bytes.write(next);
            }
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "statement-counter");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
