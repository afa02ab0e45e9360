package io.filemill.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    private static AddressGuard guard(String... allowed) {
        return new AddressGuard(Stream.of(allowed).map(IpNetwork::parse).toList());
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "100.100.100.200", // a metadata service
                "127.0.0.1",
                "127.1.2.3",
                "169.254.0.1",
                "169.254.169.254", // most metadata services
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192", // a metadata service
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.7",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254", // a metadata service
                "fdff:ffff::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "ff0e::1"
            })
    void refusesWhatIsNotPublic(String text) throws UnknownHostException {
        assertThat(guard().allows(address(text))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "223.255.255.255",
                "::ffff:1.1.1.1",
                "64:ff9b::101:101",
                "2001:4860:4860::8888",
                "2606:4700:4700::1111",
                "2a00:1450:4001:81b::200e"
            })
    void allowsWhatIsPublic(String text) throws UnknownHostException {
        assertThat(guard().allows(address(text))).isTrue();
    }

    @Test
    void allowsTheNetworksThatTheOperatorNames() throws UnknownHostException {
        AddressGuard guard = guard("10.1.0.0/16", "127.0.0.0/8", " fd12:3456::/32 ");

        for (String allowed : List.of("10.1.2.3", "127.0.0.1", "::ffff:10.1.0.1", "64:ff9b::a01:1", "fd12:3456:1::1")) {
            assertThat(guard.allows(address(allowed))).as(allowed).isTrue();
        }
        for (String refused : List.of("10.2.0.1", "::1", "192.168.0.1", "fd12:3457::1")) {
            assertThat(guard.allows(address(refused))).as(refused).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "localhost/8",
                "::/129",
                "10.0.0.0/8/8"
            })
    void refusesSettingsThatAreNoNetworks(String text) {
        assertThatThrownBy(() -> IpNetwork.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a network");
    }

    @Test
    void oneAddressThatIsNotPublicMakesAHostRefused() throws UnknownHostException {
        var mixed = new GuardedResolver(
                host -> new InetAddress[] {address("1.1.1.1"), address("169.254.169.254")}, guard());
        var open = new GuardedResolver(host -> new InetAddress[] {address("1.1.1.1"), address("1.0.0.1")}, guard());

        assertThatThrownBy(() -> mixed.resolve("mixed.example"))
                .isInstanceOf(GuardedResolver.AddressRefusedException.class);
        assertThat(open.resolve("open.example")).hasSize(2);
    }
}
