package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileLinesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '    key: sk-secret'                      | '    key: •••'
            '  - key: ${env:KEY}'                     | '  - key: ${env:KEY}'
            'token: "abc"'                            | 'token: •••'
            '    base-url: https://api.example.com/v1'| '    base-url: https://api.example.com/v1'
            '    x: [a, sk-0123456789abcdefghijk]'    | '    x: [a, •••]'
            'models:'                                 | 'models:'
            'keys:'                                   | 'keys:'
            """)
    void masksWhatMayBeASecret(String line, String shown) {
        assertThat(FileLines.masked(line)).isEqualTo(shown);
    }

    @Test
    void masksWhatStandsInOneLineWithOthers() {
        assertThat(FileLines.masked("accounts: [{ name: a, key: sk-short }]")).doesNotContain("sk-short");
    }

    @Test
    void showsTwoLinesAround() {
        assertThat(FileLines.around("1\n2\n3\n4\n5\n6", 1))
                .extracting(FileLines.Line::number)
                .containsExactly(1, 2, 3);
        assertThat(FileLines.around("1\r\n2\r\n3\r\n4", 3))
                .extracting(FileLines.Line::text)
                .containsExactly("1", "2", "3", "4");
        assertThat(FileLines.around("1", 0)).isEmpty();
        assertThat(FileLines.around("1", 2)).isEmpty();
    }
}
