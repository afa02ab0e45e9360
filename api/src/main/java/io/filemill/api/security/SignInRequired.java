package io.filemill.api.security;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Holds where callers must sign in. */
final class SignInRequired implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return AccessMode.of(context.getEnvironment()) == AccessMode.REQUIRED;
    }
}
