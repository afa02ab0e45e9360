package io.filemill.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A network between a program and its server that can be cut, or swallow what passes without a word. */
public final class TcpProxy implements AutoCloseable {
    private final String host;
    private final int port;
    private final ServerSocket listener;
    private final Queue<Link> links = new ConcurrentLinkedQueue<>();
    private volatile boolean cut;

    private record Link(Socket client, Socket server, AtomicBoolean swallows) {
        void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private TcpProxy(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public static TcpProxy of(String jdbcUrl) {
        URI server = URI.create(jdbcUrl.substring("jdbc:".length()));
        try {
            return new TcpProxy(server.getHost(), server.getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same database by way of this proxy. */
    public String through(String jdbcUrl) {
        return jdbcUrl.replace(host + ":" + port, "127.0.0.1:" + listener.getLocalPort());
    }

    /** Breaks all connections, and refuses new ones until {@link #mend}. */
    public void cut() throws IOException {
        cut = true;
        for (Link link : links) {
            link.close();
        }
        links.clear();
    }

    public void mend() {
        cut = false;
    }

    /** Swallows what is sent on the connections of now, as when the other machine has vanished. New ones work. */
    public void silence() {
        links.forEach(link -> link.swallows().set(true));
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (cut) {
                    client.close();
                    continue;
                }
                var link = new Link(client, new Socket(host, port), new AtomicBoolean());
                links.add(link);
                start(() -> copy(link, link.client(), link.server()));
                start(() -> copy(link, link.server(), link.client()));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void copy(Link link, Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!link.swallows().get()) {
                    to.getOutputStream().write(buffer, 0, read);
                    to.getOutputStream().flush();
                }
            }
        } catch (IOException e) {
            // one side has gone, so the other one goes too
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
