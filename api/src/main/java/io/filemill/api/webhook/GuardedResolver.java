package io.filemill.api.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks hosts up and refuses those of which any address may not be called. The client connects to the very addresses that this gives it, so
 * what was checked is what is called, whatever the name stands for a moment later. Safe for use by several threads.
 */
final class GuardedResolver implements DnsResolver {
    private final Lookup lookup;
    private final AddressGuard guard;

    GuardedResolver(Lookup lookup, AddressGuard guard) {
        this.lookup = lookup;
        this.guard = guard;
    }

    /** Finds the addresses of a host, which may be written as an address itself. */
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** A host with an address that may not be called. */
    static final class AddressRefusedException extends UnknownHostException {
        AddressRefusedException(String host) {
            super(host);
        }
    }

    /**
     * @throws AddressRefusedException if one of its addresses may not be called
     * @throws UnknownHostException if it has no address
     */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = lookup.addresses(host);
        if (addresses.length == 0) {
            throw new UnknownHostException(host);
        }
        for (InetAddress address : addresses) {
            if (!guard.allows(address)) {
                throw new AddressRefusedException(host);
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
