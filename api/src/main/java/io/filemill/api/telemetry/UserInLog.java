package io.filemill.api.telemetry;

import io.filemill.api.security.CurrentUser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Adds the id of the user to what is logged on behalf of a request. {@link RequestObserver} takes it away again. */
@Component
final class UserInLog implements WebMvcConfigurer, HandlerInterceptor {
    private final CurrentUser user;

    UserInLog(CurrentUser user) {
        this.user = user;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        MDC.put("user", user.id());
        return true;
    }
}
