package io.filemill.db.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SecretCipherTest {
    private static final String OLD = key('a');
    private static final String NEW = key('b');
    private static final UUID OWNER = UUID.randomUUID();

    private static String key(char letter) {
        return Base64.getEncoder()
                .encodeToString(String.valueOf(letter).repeat(32).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void opensWhatItSealed() {
        var cipher = new SecretCipher(OLD);
        byte[] sealed = cipher.seal(OWNER, "the secret ü");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        assertThat(cipher.open(OWNER, sealed)).isEqualTo("the secret ü");
        assertThat(cipher.seal(OWNER, "the secret ü")).isNotEqualTo(sealed);
    }

    @Test
    void whatWasSealedForOneTaskCannotBeOpenedForAnother() {
        var cipher = new SecretCipher(OLD);
        byte[] sealed = cipher.seal(OWNER, "token");
        assertThatThrownBy(() -> cipher.open(UUID.randomUUID(), sealed)).isInstanceOf(IllegalStateException.class);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> cipher.open(OWNER, sealed)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anOldKeyStillOpensWhileTheNewOneSeals() {
        byte[] sealedBefore = new SecretCipher(OLD).seal(OWNER, "before");
        var both = new SecretCipher(NEW + "," + OLD);
        assertThat(both.open(OWNER, sealedBefore)).isEqualTo("before");
        assertThat(new SecretCipher(NEW).open(OWNER, both.seal(OWNER, "after"))).isEqualTo("after");
        assertThatThrownBy(() -> new SecretCipher(NEW).open(OWNER, sealedBefore))
                .hasMessageContaining("FILEMILL_TOKEN_KEY");
    }

    @Test
    void keysThatAreNoneAreRefusedWithoutShowingThem() {
        for (String wrong : new String[] {"c2hvcnQ=", "not base64 at all!"}) {
            assertThatThrownBy(() -> new SecretCipher(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("FILEMILL_TOKEN_KEY")
                    .hasMessageNotContaining(wrong)
                    .hasNoCause();
        }
        assertThat(new SecretCipher("").hasKey()).isFalse();
    }
}
