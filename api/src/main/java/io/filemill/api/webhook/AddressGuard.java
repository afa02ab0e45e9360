package io.filemill.api.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says which addresses may be called on behalf of users: public ones, and those of networks that the operator allows. Everything that stands
 * for this machine, its neighbours or their metadata services is refused, in whatever form it is written. Has no state.
 */
final class AddressGuard {
    private static final List<IpNetwork> NOT_PUBLIC = networks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8",
            "100.64.0.0/10", // carrier-grade NAT
            "127.0.0.0/8",
            "169.254.0.0/16", // link-local, metadata services
            "172.16.0.0/12",
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, broadcast
            "2001::/23", // protocol assignments, tunnels
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4, which hides an IPv4 address
            "3fff::/20"); // documentation

    /** All public IPv6 addresses. Outside are loopback, link-local, unique local, multicast, and forms that hide an IPv4 address. */
    private static final IpNetwork GLOBAL_UNICAST = IpNetwork.parse("2000::/3");

    /** Behind a NAT64 every IPv4 address looks like this. */
    private static final IpNetwork NAT64 = IpNetwork.parse("64:ff9b::/96");

    private final List<IpNetwork> allowed;

    AddressGuard(List<IpNetwork> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    private static List<IpNetwork> networks(String... networks) {
        return Stream.of(networks).map(IpNetwork::parse).toList();
    }

    boolean allows(InetAddress address) {
        return allowed.stream().anyMatch(network -> network.contains(address)) || isPublic(address);
    }

    private boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return NOT_PUBLIC.stream().noneMatch(network -> network.contains(bytes));
        }
        if (NAT64.contains(bytes)) {
            return allows(embedded(bytes));
        }
        return GLOBAL_UNICAST.contains(bytes) && NOT_PUBLIC.stream().noneMatch(network -> network.contains(bytes));
    }

    private static InetAddress embedded(byte[] nat64) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(nat64, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are always an address", e);
        }
    }
}
