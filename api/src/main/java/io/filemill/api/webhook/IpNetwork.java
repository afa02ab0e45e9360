package io.filemill.api.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A range of IP addresses of one family, such as {@code 10.0.0.0/8}. */
final class IpNetwork {
    /** Digits, dots and colons, so that nothing is ever looked up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final byte[] address;
    private final int prefix;

    private IpNetwork(byte[] address, int prefix) {
        this.address = address;
        this.prefix = prefix;
    }

    /** @throws IllegalArgumentException if the text is not an address, a slash and the length of a prefix */
    static IpNetwork parse(String text) {
        String[] parts = text.strip().split("/", -1);
        if (parts.length != 2 || !LITERAL.matcher(parts[0]).matches() || !parts[1].matches("[0-9]{1,3}")) {
            throw notANetwork(text);
        }
        byte[] address;
        try {
            address = InetAddress.getAllByName(parts[0])[0].getAddress();
        } catch (UnknownHostException e) {
            throw notANetwork(text);
        }
        int prefix = Integer.parseInt(parts[1]);
        if (prefix > address.length * 8) {
            throw notANetwork(text);
        }
        return new IpNetwork(address, prefix);
    }

    private static IllegalArgumentException notANetwork(String text) {
        return new IllegalArgumentException("\"" + text + "\" is not a network such as 10.0.0.0/8 or fd00::/8");
    }

    boolean contains(InetAddress candidate) {
        return contains(candidate.getAddress());
    }

    boolean contains(byte[] candidate) {
        if (candidate.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((candidate[bit / 8] & mask) != (address[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
