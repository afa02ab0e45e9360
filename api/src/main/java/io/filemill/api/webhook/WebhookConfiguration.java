package io.filemill.api.webhook;

import io.filemill.db.token.SecretCipher;
import io.filemill.db.token.TokenProperties;
import java.net.InetAddress;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of webhooks that know what may be called and how secrets are kept. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WebhookProperties.class)
class WebhookConfiguration {
    @Bean
    GuardedResolver guardedResolver(WebhookProperties properties) {
        var guard = new AddressGuard(
                properties.allowedNetworks().stream().map(IpNetwork::parse).toList());
        return new GuardedResolver(InetAddress::getAllByName, guard);
    }

    @Bean
    Targets targets(GuardedResolver resolver, WebhookProperties properties) {
        return new Targets(resolver, properties.allowedPorts());
    }

    @Bean
    WebhookSecrets webhookSecrets(TokenProperties properties) {
        return new WebhookSecrets(new SecretCipher(properties));
    }
}
