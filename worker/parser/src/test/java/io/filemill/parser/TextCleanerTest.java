package io.filemill.parser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextCleanerTest {
    @Test
    void lineJoinsLinesAndRunsOfBlanks() {
        assertThat(TextCleaner.line("  a \t b\r\n\u00a0c ")).isEqualTo("a b c");
    }

    @Test
    void paragraphsKeepAtMostOneEmptyLine() {
        assertThat(TextCleaner.paragraphs("\n\n a  b \r\n\r\n\r\n\r\n  c\rd\n")).isEqualTo("a b\n\nc\nd");
    }

    @Test
    void preformattedKeepsBlanksInsideLinesAndBeforeThem() {
        assertThat(TextCleaner.preformatted("a   b  \n\n\n    c\td")).isEqualTo("a   b\n\n    c\td");
    }

    @Test
    void halvesOfSurrogatePairsAreReplacedAndPairsAreKept() {
        assertThat(TextCleaner.line("\ud83e x \udd86 \ud83e\udd86")).isEqualTo("\ufffd x \ufffd \ud83e\udd86");
    }

    @Test
    void controlCharactersAreDropped() {
        assertThat(TextCleaner.paragraphs("a\0b\u0007c\u0085")).isEqualTo("abc");
    }
}
