package io.filemill.api.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the environment says that a server listens.
 *
 * @param host a name or an address to connect to
 * @param port a port from 1 to 65535
 * @param chosen whether a person chose the port, as opposed to the default
 */
record ServerAddress(String host, int port, boolean chosen) {
    private static final String DEFAULT_HOST = "127.0.0.1";
    private static final int DEFAULT_PORT = 8080;

    /**
     * Reads {@code FILEMILL_HOST} and {@code FILEMILL_PORT}. A host that means every address of this machine, such as 0.0.0.0, is
     * connected to by loopback.
     */
    static ServerAddress of(Map<String, String> environment) {
        String host = environment.getOrDefault("FILEMILL_HOST", "").strip();
        String port = environment.getOrDefault("FILEMILL_PORT", "").strip();
        return of(
                host.isEmpty() ? DEFAULT_HOST : host,
                port.isEmpty() ? DEFAULT_PORT : parsePort(port),
                !host.isEmpty() || !port.isEmpty());
    }

    static ServerAddress of(String host, int port, boolean chosen) {
        boolean everyAddress = host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]") || host.equals("*");
        return new ServerAddress(everyAddress ? DEFAULT_HOST : host, port, chosen);
    }

    URI uri() {
        return uri(host, port);
    }

    /** The address of a server, with IPv6 addresses in brackets. */
    static URI uri(String host, int port) {
        try {
            return new URI("http", null, host, port, null, null, null);
        } catch (URISyntaxException e) {
            throw new CommandFailure("FILEMILL_HOST is not a host name or an address: " + host, e);
        }
    }

    /** The address that a person typed. */
    static URI parse(String url) {
        try {
            var uri = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new CommandFailure("Not the address of a server: " + url, e);
        }
        throw new CommandFailure(
                "Not the address of a server: " + url + " (expected for example http://localhost:8080)");
    }

    /** Whether a server started in this process would answer there. */
    boolean isOnThisMachine() {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a server of this machine could listen there now. */
    boolean isFree() {
        return isFree(host, port);
    }

    /** Whether a server of this machine could listen there now; true when that cannot be told. */
    static boolean isFree(@Nullable String host, int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int parsePort(String port) {
        try {
            int number = Integer.parseInt(port);
            if (number >= 1 && number <= 65_535) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new CommandFailure("FILEMILL_PORT is not a port: " + port, e);
        }
        throw new CommandFailure("FILEMILL_PORT is not a port: " + port);
    }
}
