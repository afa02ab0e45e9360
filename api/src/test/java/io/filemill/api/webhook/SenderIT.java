package io.filemill.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.filemill.db.token.SecretCipher;
import io.filemill.db.token.TokenProperties;
import io.filemill.db.webhook.ClaimedDelivery;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SenderIT {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final UUID WEBHOOK = UUID.randomUUID();
    private static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String OTHER = "whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";

    private final WebhookSecrets secrets = new WebhookSecrets(new SecretCipher(new TokenProperties("")));
    private final CountDownLatch forever = new CountDownLatch(1);
    private Receiver receiver;

    @BeforeEach
    void startAReceiver() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void stopIt() {
        forever.countDown();
        receiver.close();
    }

    private Receipt send(String url, GuardedResolver.Lookup lookup, Duration timeout, String... allowed) {
        var guard =
                new AddressGuard(Arrays.stream(allowed).map(IpNetwork::parse).toList());
        var properties = new WebhookProperties(
                true, List.of(), Set.of(), 1, timeout, timeout, timeout, timeout, timeout, timeout, timeout, 2, 2);
        var sender =
                new Sender(new GuardedResolver(lookup, guard), secrets, properties, Clock.fixed(NOW, ZoneOffset.UTC));
        try {
            return sender.send(new ClaimedDelivery(
                    1,
                    1,
                    0,
                    WEBHOOK,
                    UUID.fromString("3f2c1f52-7c5d-4c8e-9a55-0d9b1f6f6a01"),
                    "{\"type\": \"ping\", \"text\": \"déjà vu\"}",
                    url,
                    secrets.seal(WEBHOOK, Secret.parse(SECRET)),
                    secrets.seal(WEBHOOK, Secret.parse(OTHER)),
                    NOW));
        } finally {
            try {
                sender.destroy();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Receipt send() {
        return send(receiver.url(), InetAddress::getAllByName, Duration.ofSeconds(10), "127.0.0.0/8");
    }

    @Test
    void sendsASignedRequest() {
        Receipt receipt = send();

        assertThat(receipt.succeeded()).isTrue();
        assertThat(receipt.attempt().responseStatus()).isEqualTo(204);
        Receiver.Received request = receiver.received().get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.id()).isEqualTo("3f2c1f52-7c5d-4c8e-9a55-0d9b1f6f6a01");
        assertThat(request.timestamp()).isEqualTo(Long.toString(NOW.getEpochSecond()));
        assertThat(request.body()).contains("déjà vu");
        assertThat(request.isSignedWith(SECRET)).isTrue();
        assertThat(request.isSignedWith(OTHER)).isTrue();
        assertThat(request.isSignedWith(Secret.random().text())).isFalse();
    }

    @Test
    void connectsToTheVeryAddressThatWasChecked() throws IOException {
        Deque<String> answers = new ArrayDeque<>(List.of("127.0.0.1", "1.1.1.1"));
        String url = "http://hook.example:" + receiver.port() + "/x?y=z";

        Receipt receipt = send(
                url, host -> InetAddress.getAllByName(answers.removeFirst()), Duration.ofSeconds(10), "127.0.0.0/8");

        assertThat(receipt.succeeded()).isTrue();
        assertThat(answers).as("looked up once").hasSize(1);
        assertThat(receiver.received().get(0).host()).isEqualTo("hook.example:" + receiver.port());
        assertThat(receiver.received().get(0).path()).isEqualTo("/x?y=z");
    }

    @Test
    void refusesAnAddressThatIsNotPublicAlsoWhenItConnects() {
        for (String host : List.of("hook.example", "127.0.0.1", "[::1]")) {
            Receipt receipt = send(
                    "http://" + host + ":" + receiver.port() + "/",
                    name -> InetAddress.getAllByName(name.equals("hook.example") ? "127.0.0.1" : name),
                    Duration.ofSeconds(10));

            assertThat(receipt.attempt().error()).as(host).contains("may not be called");
        }
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void doesNotFollowRedirects() throws IOException {
        try (Receiver other = Receiver.start()) {
            receiver.behave(exchange -> {
                exchange.getResponseHeaders().set("Location", other.url());
                exchange.sendResponseHeaders(307, -1);
            });

            Receipt receipt = send();

            assertThat(receipt.succeeded()).isFalse();
            assertThat(receipt.attempt().responseStatus()).isEqualTo(307);
            assertThat(receipt.attempt().error()).contains("redirect");
            assertThat(other.received()).isEmpty();
            assertThat(receiver.received()).hasSize(1);
        }
    }

    @Test
    void reportsWhatTheReceiverAsksFor() {
        receiver.behave(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "120");
            exchange.sendResponseHeaders(429, -1);
        });
        assertThat(send().retryAfter()).isEqualTo(Duration.ofSeconds(120));

        receiver.behave(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "Sun, 01 Mar 2026 10:05:00 GMT");
            exchange.sendResponseHeaders(503, -1);
        });
        assertThat(send().retryAfter()).isEqualTo(Duration.ofMinutes(5));

        receiver.behave(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "soon");
            exchange.sendResponseHeaders(503, -1);
        });
        assertThat(send().retryAfter()).isNull();

        receiver.behave(Receiver.status(410));
        assertThat(send().gone()).isTrue();
    }

    @Test
    void givesUpAReceiverThatDoesNotAnswer() {
        receiver.behave(exchange -> {
            try {
                forever.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        Receipt receipt = send(receiver.url(), InetAddress::getAllByName, Duration.ofMillis(300), "127.0.0.0/8");

        assertThat(receipt.succeeded()).isFalse();
        assertThat(receipt.attempt().responseStatus()).isNull();
        assertThat(receipt.attempt().error()).isNotNull();
        assertThat(receipt.attempt().duration()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void readsNoMoreThanSomeOfALongAnswer() {
        var sent = new AtomicLong();
        receiver.behave(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            byte[] block = new byte[64 * 1024];
            while (sent.get() < 1L << 30) {
                body.write(block);
                sent.addAndGet(block.length);
            }
        });

        Receipt receipt = send();

        assertThat(receipt.succeeded()).isTrue();
        assertThat(sent.get()).isLessThan(1L << 30);
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        Receipt receipt = send(
                "http://127.0.0.1:" + port + "/", InetAddress::getAllByName, Duration.ofSeconds(10), "127.0.0.0/8");

        assertThat(receipt.attempt().error()).contains("refused");
    }
}
