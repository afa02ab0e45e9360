package io.filemill.api.webhook;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;

/** The addresses that users may name. Looks their hosts up; the same is checked again whenever they are called. */
final class Targets {
    private static final int MAX_LENGTH = 2048;

    private final GuardedResolver resolver;
    private final Set<Integer> allowedPorts;

    /**
     * @param allowedPorts empty for all
     */
    Targets(GuardedResolver resolver, Set<Integer> allowedPorts) {
        this.resolver = resolver;
        this.allowedPorts = Set.copyOf(allowedPorts);
    }

    /**
     * An address that may be called.
     *
     * @param host in lower case
     */
    record Target(String url, String host) {}

    /** @throws ProblemException if the address may not be called, or its host is not known */
    Target check(String url) {
        URI uri = parse(url);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw ProblemException.invalid("The url of a webhook must begin with https:// or http://.");
        }
        String host = uri.getHost();
        if (host == null) {
            throw ProblemException.invalid(
                    "The url of a webhook must name a host, in ASCII, as in https://example.com/hook.");
        }
        if (uri.getRawUserInfo() != null) {
            throw ProblemException.invalid(
                    "The url of a webhook must not have a user name or password. Check its signature instead.");
        }
        if (uri.getRawFragment() != null) {
            throw ProblemException.invalid("The url of a webhook must not have a fragment, which is never sent.");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        if (port < 1 || port > 65535) {
            throw ProblemException.invalid("The port of a webhook's url must be from 1 to 65535.");
        }
        if (!allowedPorts.isEmpty() && !allowedPorts.contains(port)) {
            throw new ProblemException(
                    ProblemType.ADDRESS_NOT_ALLOWED,
                    "Port " + port + " may not be called. Possible: "
                            + allowedPorts.stream().sorted().toList() + ".");
        }
        resolve(host);
        return new Target(url, host.toLowerCase(Locale.ROOT));
    }

    private static URI parse(String url) {
        if (url.length() > MAX_LENGTH) {
            throw ProblemException.invalid("The url of a webhook must have at most " + MAX_LENGTH + " characters.");
        }
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw ProblemException.invalid("The url of a webhook is not valid: " + e.getReason() + ".");
        }
    }

    private void resolve(String host) {
        try {
            resolver.resolve(host);
        } catch (GuardedResolver.AddressRefusedException e) {
            throw new ProblemException(
                    ProblemType.ADDRESS_NOT_ALLOWED,
                    "The host " + host + " has an address that is not public. An operator can allow its network with"
                            + " FILEMILL_WEBHOOK_ALLOWED_NETWORKS.");
        } catch (UnknownHostException e) {
            throw ProblemException.invalid("The host " + host + " of the webhook's url is not known.");
        }
    }
}
