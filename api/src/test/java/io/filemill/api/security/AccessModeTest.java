package io.filemill.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class AccessModeTest {
    private static AccessMode mode(String mode, String issuer) {
        return AccessMode.of(new MockEnvironment()
                .withProperty("filemill.auth.mode", mode)
                .withProperty("filemill.auth.jwt.issuer", issuer));
    }

    @Test
    void anIdentityProviderMeansThatCallersSignIn() {
        assertThat(mode("", "")).isEqualTo(AccessMode.OPEN);
        assertThat(mode("", "https://id.example")).isEqualTo(AccessMode.REQUIRED);
        assertThat(mode("required", "")).isEqualTo(AccessMode.REQUIRED);
        assertThat(mode("open", "https://id.example")).isEqualTo(AccessMode.OPEN);
        assertThatThrownBy(() -> mode("opne", "")).hasMessageContaining("FILEMILL_AUTH");
    }

    @Test
    void whereCallersSignInNobodyIsTakenForTheAnonymousUser() {
        var user = new CurrentUser(AccessMode.REQUIRED, AuthProperties.Sharing.READ);
        assertThatThrownBy(user::id).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(user::isAdmin).isInstanceOf(IllegalStateException.class);
        assertThat(new CurrentUser(AccessMode.OPEN, AuthProperties.Sharing.NONE).id())
                .isEqualTo("anonymous");
    }

    @Test
    void sharingIsForOtherUsersAndToCancelOnlyWhereItSaysSo() {
        var context = org.springframework.security.core.context.SecurityContextHolder.createEmptyContext();
        context.setAuthentication(new CallerAuthentication(
                new Caller("ann", java.util.Set.of(Scope.READ_OWN), Caller.SignIn.API_KEY, null, null)));
        org.springframework.security.core.context.SecurityContextHolder.setContext(context);
        try {
            var reads = new CurrentUser(AccessMode.REQUIRED, AuthProperties.Sharing.READ);
            assertThat(reads.seesAnonymous()).isTrue();
            assertThat(reads.cancelsAnonymous()).isFalse();
            var nothing = new CurrentUser(AccessMode.REQUIRED, AuthProperties.Sharing.NONE);
            assertThat(nothing.seesAnonymous()).isFalse();
        } finally {
            org.springframework.security.core.context.SecurityContextHolder.clearContext();
        }
    }
}
