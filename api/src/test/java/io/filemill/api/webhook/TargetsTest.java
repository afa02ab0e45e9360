package io.filemill.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filemill.api.problem.ProblemException;
import io.filemill.api.problem.ProblemType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {
    /** What names stand for; addresses stand for themselves. */
    private static final Map<String, String> NAMES = Map.of(
            "example.com", "93.184.215.14",
            "internal.example.com", "10.0.0.5",
            "rebind.example.com", "127.0.0.1",
            "metadata.example.com", "169.254.169.254",
            "localhost", "127.0.0.1",
            "localhost.", "127.0.0.1",
            "six.example.com", "::1");

    private final Targets targets = targets(Set.of());

    private static Targets targets(Set<Integer> ports) {
        return new Targets(new GuardedResolver(TargetsTest::lookup, new AddressGuard(List.of())), ports);
    }

    private static InetAddress[] lookup(String host) throws UnknownHostException {
        String address = NAMES.getOrDefault(host, host);
        if (!address.matches("[0-9.]+|\\[?[0-9a-fA-F:.]*:.*")) {
            throw new UnknownHostException(host);
        }
        return InetAddress.getAllByName(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost/",
                "http://localhost./",
                "http://127.0.0.1:8080/x",
                "http://2130706433/",
                "https://internal.example.com/hook",
                "https://rebind.example.com/hook",
                "http://metadata.example.com/latest/meta-data/",
                "http://169.254.169.254/latest/meta-data/",
                "http://six.example.com/",
                "http://[::1]/",
                "http://[::ffff:10.0.0.1]/",
                "http://[fd00:ec2::254]/",
                "http://[fe80::1]/"
            })
    void refusesHostsThatAreNotPublic(String url) {
        assertThatThrownBy(() -> targets.check(url))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.ADDRESS_NOT_ALLOWED))
                .hasMessageNotContaining("10.0.0.5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "//example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "gopher://example.com/",
                "jar:http://example.com!/",
                "http:///path",
                "http://",
                "http:example.com",
                "http://user:word@example.com/",
                "http://example.com@127.0.0.1/",
                "http://example.com/#part",
                "http://example.com:0/",
                "http://example.com:65536/",
                "http://0x7f000001/",
                "http://exa mple.com/",
                "http://exämple.com/",
                "http://unknown.example.com/"
            })
    void refusesWhatIsNoAddressOfAWebServer(String url) {
        assertThatThrownBy(() -> targets.check(url))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.INVALID_REQUEST));
    }

    @Test
    void takesPublicHostsAndGivesTheirNames() {
        assertThat(targets.check("HTTPS://example.com:8443/hook?key=a%20b"))
                .isEqualTo(new Targets.Target("HTTPS://example.com:8443/hook?key=a%20b", "example.com"));
        assertThat(targets.check("http://1.1.1.1/").host()).isEqualTo("1.1.1.1");
    }

    @Test
    void keepsToThePortsThatAreAllowed() {
        Targets web = targets(Set.of(443, 8443));

        assertThat(web.check("https://example.com/").host()).isEqualTo("example.com");
        assertThat(web.check("https://example.com:8443/").host()).isEqualTo("example.com");
        assertThatThrownBy(() -> web.check("http://example.com/")).hasMessageContaining("Port 80");
        assertThatThrownBy(() -> web.check("https://example.com:22/")).hasMessageContaining("[443, 8443]");
    }
}
