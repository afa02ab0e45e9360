package io.filemill.api.audit;

import io.filemill.api.security.AuthProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.stereotype.Component;

/**
 * The address that a request came from. What {@code X-Forwarded-For} says counts as far back as trusted proxies wrote it: anybody can send such a
 * header.
 */
@Component
final class ClientAddress {
    private static final String HEADER = "X-Forwarded-For";
    private static final int MAX_LENGTH = 100;

    private final List<IpAddressMatcher> trusted;

    ClientAddress(AuthProperties properties) {
        this.trusted = properties.trustedProxies().stream()
                .map(String::strip)
                .map(IpAddressMatcher::new)
                .toList();
    }

    String of(HttpServletRequest request) {
        String address = request.getRemoteAddr();
        if (trusted.isEmpty()) {
            return address;
        }
        List<String> forwarded = new ArrayList<>();
        Collections.list(request.getHeaders(HEADER))
                .forEach(value -> forwarded.addAll(Arrays.asList(value.split(",", -1))));
        for (int last = forwarded.size() - 1; last >= 0 && isTrusted(address); last--) {
            String named = forwarded.get(last).strip();
            if (named.isEmpty() || named.length() > MAX_LENGTH) {
                break;
            }
            address = named;
        }
        return address;
    }

    private boolean isTrusted(String address) {
        try {
            return trusted.stream().anyMatch(proxy -> proxy.matches(address));
        } catch (IllegalArgumentException e) {
            return false; // no address
        }
    }
}
