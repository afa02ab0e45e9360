package io.filemill.api.security;

import io.filemill.api.ApiProperties;
import io.filemill.db.key.ApiKeys;
import io.filemill.db.key.EventTickets;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** What stands between a request and the controllers: little where nobody signs in, else Spring Security's filters. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AuthProperties.class)
class SecurityConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(SecurityConfiguration.class);
    private static final int HEADERS_FIRST = Ordered.HIGHEST_PRECEDENCE + 100;
    private static final int BEFORE_CONTROLLERS = -100;

    @Bean
    AccessMode accessMode(Environment environment) {
        return AccessMode.of(environment);
    }

    @Bean
    CurrentUser currentUser(AccessMode mode, AuthProperties properties) {
        return new CurrentUser(mode, properties.shareAnonymous());
    }

    @Bean
    AccessRules accessRules() {
        return new AccessRules();
    }

    @Bean
    Refusal refusal(
            @Qualifier("handlerExceptionResolver") ObjectProvider<HandlerExceptionResolver> resolver,
            AccessRules rules) {
        return new Refusal(resolver, rules);
    }

    @Bean
    FilterRegistrationBean<SecurityHeaders> securityHeaders() {
        var registration = new FilterRegistrationBean<>(new SecurityHeaders());
        registration.setOrder(HEADERS_FIRST);
        return registration;
    }

    @Bean
    FilterRegistrationBean<OpenModeGuard> openModeGuard(
            AccessMode mode, ApiProperties api, AuthProperties properties, Refusal refusal) {
        var registration = new FilterRegistrationBean<>(new OpenModeGuard(properties.allowedHosts(), refusal));
        registration.setOrder(BEFORE_CONTROLLERS);
        registration.setEnabled(mode == AccessMode.OPEN);
        if (mode == AccessMode.OPEN) {
            boolean alone = OpenModeCheck.isLoopback(api.host());
            LOG.atLevel(alone ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.WARN)
                    .addKeyValue("address", api.host())
                    .log("No sign-in is set up: whoever reaches the server may do everything");
        }
        return registration;
    }

    /** Sign-in by API keys, and by the identity provider's tokens if one is configured. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(SignInRequired.class)
    static class SignIn {
        private static final String FILTER = "signInFilter";

        @Bean
        DelegatingFilterProxyRegistrationBean signInFilterRegistration() {
            var registration = new DelegatingFilterProxyRegistrationBean(FILTER);
            registration.setOrder(BEFORE_CONTROLLERS);
            registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
            registration.setAsyncSupported(true);
            return registration;
        }

        @Bean(FILTER)
        FilterChainProxy signInFilter(
                ApiKeys keys, EventTickets tickets, AuthProperties properties, AccessRules rules, Refusal refusal) {
            Optional<IdentityProvider> provider = properties.jwt().issuer().isBlank()
                            && properties.jwt().jwkSetUri().isBlank()
                    ? Optional.empty()
                    : Optional.of(new IdentityProvider(properties.jwt()));
            var signIn =
                    new BearerTokenAuthenticationFilter(new Authenticator(keys, tickets, provider), new Credentials());
            signIn.setAuthenticationEntryPoint(refusal);
            signIn.setAuthenticationFailureHandler(refusal);
            var refuse = new ExceptionTranslationFilter(refusal, new NullRequestCache());
            refuse.setAccessDeniedHandler(refusal);
            var authorize = new AuthorizationFilter((authentication, request) -> {
                Access access = rules.of(request);
                return new AuthorizationDecision(access == Access.PUBLIC
                        || (authentication.get() instanceof CallerAuthentication known
                                && access.isGivenTo(known.caller().scopes())));
            });
            var filters = new FilterChainProxy(new DefaultSecurityFilterChain(
                    AnyRequestMatcher.INSTANCE,
                    List.of(
                            new SecurityContextHolderFilter(new RequestAttributeSecurityContextRepository()),
                            signIn,
                            refuse,
                            authorize)));
            filters.setFirewall(firewall());
            return filters;
        }

        /**
         * Names of limits may have a percent sign. Tomcat refuses headers that are wrong; the firewall would refuse those in UTF-8 too, and not before
         * somebody reads one, in the middle of a request.
         */
        private static StrictHttpFirewall firewall() {
            var firewall = new StrictHttpFirewall();
            firewall.setAllowUrlEncodedPercent(true);
            firewall.setAllowedHeaderValues(value -> true);
            firewall.setAllowedHeaderNames(name -> true);
            return firewall;
        }
    }
}
