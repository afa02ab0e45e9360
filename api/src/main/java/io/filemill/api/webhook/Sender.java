package io.filemill.api.webhook;

import io.filemill.db.webhook.Attempt;
import io.filemill.db.webhook.ClaimedDelivery;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Sends signed requests to webhooks: one connection each, to an address that was checked, with no redirect followed, no cookie kept, and no
 * more than some of the answer read. Safe for use by several threads.
 */
@Component
final class Sender implements DisposableBean {
    private static final int READ_OF_ANSWER = 64 * 1024;
    private static final int MAX_ERROR = 300;

    private final GuardedResolver resolver;
    private final WebhookSecrets secrets;
    private final WebhookProperties properties;
    private final Clock clock;
    private @Nullable Client client;

    Sender(GuardedResolver resolver, WebhookSecrets secrets, WebhookProperties properties, Clock clock) {
        this.resolver = resolver;
        this.secrets = secrets;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * @param deadlines ends what takes too long
     */
    private record Client(CloseableHttpClient http, ScheduledThreadPoolExecutor deadlines) {}

    /** Made when it is needed, since many servers have no webhooks. */
    private synchronized Client client() {
        Client made = client;
        if (made == null) {
            var deadlines = new ScheduledThreadPoolExecutor(1, task -> {
                var thread = new Thread(task, "webhook-deadlines");
                thread.setDaemon(true);
                return thread;
            });
            deadlines.setRemoveOnCancelPolicy(true);
            made = new Client(client(resolver, properties), deadlines);
            client = made;
        }
        return made;
    }

    private static CloseableHttpClient client(GuardedResolver resolver, WebhookProperties properties) {
        Timeout whole = Timeout.of(properties.timeout());
        return HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(resolver)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                                .setSocketTimeout(whole)
                                .build())
                        .setMaxConnTotal(properties.parallel())
                        .setMaxConnPerRoute(properties.parallel())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(whole)
                        .setConnectionRequestTimeout(whole)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .setRoutePlanner(new DefaultRoutePlanner(null)) // a proxy would look names up by itself
                .setConnectionReuseStrategy((request, response, context) -> false)
                .setUserAgent("Filemill")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .build();
    }

    /** Sends once. Whatever goes wrong is told by the receipt. */
    Receipt send(ClaimedDelivery delivery) {
        long began = System.nanoTime();
        var late = new AtomicBoolean();
        try {
            Client client = client();
            HttpPost request = request(delivery);
            ScheduledFuture<?> deadline = client.deadlines()
                    .schedule(
                            () -> {
                                late.set(true);
                                request.abort();
                            },
                            properties.timeout().toMillis(),
                            TimeUnit.MILLISECONDS);
            try {
                ClassicHttpResponse response =
                        client.http().executeOpen(HttpHost.create(URI.create(delivery.url())), request, null);
                Receipt receipt = receipt(response, since(began));
                finish(request, response);
                return receipt;
            } finally {
                deadline.cancel(false);
            }
        } catch (IOException | RuntimeException e) {
            return new Receipt(new Attempt(null, since(began), late.get() ? tooLate() : reason(e)), null);
        }
    }

    private HttpPost request(ClaimedDelivery delivery) {
        var request = new HttpPost(URI.create(delivery.url()));
        request.setEntity(new StringEntity(delivery.payload(), ContentType.APPLICATION_JSON));
        request.setHeader("webhook-id", delivery.eventId());
        request.setHeader("webhook-timestamp", delivery.claimedAt().getEpochSecond());
        request.setHeader("webhook-signature", signatures(delivery));
        return request;
    }

    private String signatures(ClaimedDelivery delivery) {
        String signature = sign(delivery, delivery.secret());
        String previous = delivery.previousSecret();
        return previous == null ? signature : signature + " " + sign(delivery, previous);
    }

    private String sign(ClaimedDelivery delivery, String stored) {
        return secrets.open(delivery.webhookId(), stored)
                .sign(delivery.eventId(), delivery.claimedAt(), delivery.payload());
    }

    private Receipt receipt(ClassicHttpResponse response, Duration duration) {
        int status = response.getCode();
        if (status >= 200 && status < 300) {
            return new Receipt(new Attempt(status, duration, null), null);
        }
        String error = status >= 300 && status < 400
                ? "The answer is a redirect, which is not followed."
                : "The answer has the status " + status + ".";
        return new Receipt(new Attempt(status, duration, error), retryAfter(response));
    }

    private @Nullable Duration retryAfter(ClassicHttpResponse response) {
        Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        String value = header == null || header.getValue() == null
                ? ""
                : header.getValue().strip();
        if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Duration wait =
                    Duration.between(clock.instant(), ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
            return wait.isNegative() ? null : wait;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Lets a receiver end its answer, unless that is long. */
    private static void finish(HttpPost request, ClassicHttpResponse response) {
        try (response) {
            HttpEntity entity = response.getEntity();
            InputStream body = entity == null ? null : entity.getContent();
            if (body != null && body.readNBytes(READ_OF_ANSWER).length == READ_OF_ANSWER) {
                request.abort(); // else closing the answer reads the rest
            }
        } catch (IOException e) {
            request.abort(); // the status came, and that is what counts
        }
    }

    private String tooLate() {
        return "There was no answer within " + properties.timeout().toSeconds() + " s.";
    }

    private static String reason(Exception e) {
        if (e instanceof GuardedResolver.AddressRefusedException) {
            return "The host has an address that may not be called.";
        }
        if (e instanceof UnknownHostException) {
            return "The host is not known.";
        }
        String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String reason = e instanceof SSLException
                ? "No secure connection: " + said
                : e instanceof IOException ? "No answer: " + said : said;
        return reason.length() > MAX_ERROR ? reason.substring(0, MAX_ERROR) : reason;
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public synchronized void destroy() throws IOException {
        Client made = client;
        if (made != null) {
            made.deadlines().shutdownNow();
            made.http().close();
        }
    }
}
