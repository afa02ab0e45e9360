package io.filemill.db.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TokenCipherTest {
    private static final String OLD = key('a');
    private static final String NEW = key('b');
    private static final UUID TASK = UUID.randomUUID();

    private static String key(char letter) {
        return Base64.getEncoder()
                .encodeToString(String.valueOf(letter).repeat(32).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void opensWhatItSealed() {
        var cipher = new TokenCipher(OLD);
        byte[] sealed = cipher.seal(TASK, "the token ü");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("token");
        assertThat(cipher.open(TASK, sealed)).isEqualTo("the token ü");
        assertThat(cipher.seal(TASK, "the token ü")).isNotEqualTo(sealed);
    }

    @Test
    void whatWasSealedForOneTaskCannotBeOpenedForAnother() {
        var cipher = new TokenCipher(OLD);
        byte[] sealed = cipher.seal(TASK, "token");
        assertThatThrownBy(() -> cipher.open(UUID.randomUUID(), sealed)).isInstanceOf(IllegalStateException.class);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> cipher.open(TASK, sealed)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anOldKeyStillOpensWhileTheNewOneSeals() {
        byte[] sealedBefore = new TokenCipher(OLD).seal(TASK, "before");
        var both = new TokenCipher(NEW + "," + OLD);
        assertThat(both.open(TASK, sealedBefore)).isEqualTo("before");
        assertThat(new TokenCipher(NEW).open(TASK, both.seal(TASK, "after"))).isEqualTo("after");
        assertThatThrownBy(() -> new TokenCipher(NEW).open(TASK, sealedBefore))
                .hasMessageContaining("FILEMILL_TOKEN_KEY");
    }

    @Test
    void keysThatAreNoneAreRefusedWithoutShowingThem() {
        for (String wrong : new String[] {"c2hvcnQ=", "not base64 at all!"}) {
            assertThatThrownBy(() -> new TokenCipher(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("FILEMILL_TOKEN_KEY")
                    .hasMessageNotContaining(wrong)
                    .hasNoCause();
        }
        assertThat(new TokenCipher("").hasKey()).isFalse();
    }
}
