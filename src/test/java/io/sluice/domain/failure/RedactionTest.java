package io.sluice.domain.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key sk-abc123|key sk-***",
                "Incorrect API key provided: sk-ab***yz.|Incorrect API key provided: ***",
                "in organization org-9fABC on tokens per min|in organization org-*** on tokens per min",
                "project proj_abc123 is archived|project proj-*** is archived",
                "Bearer abcdefgh12345|Bearer ***",
                "token 0123456789abcdef0123456789abcdef bad|token *** bad",
                "key AIzaSyD-9tSrke72_PouQMnMX-a7eZSW0jkFMBWY bad|key *** bad",
                "mail ops@example.com now|mail *** now",
                "Visit https://platform.example.com/account/limits?x=1 now|Visit https://*** now",
                "connect to 10.1.2.3:8443 failed|connect to *** failed",
                "connect to [fd00::1]:8443 failed|connect to *** failed",
                "connect to fe80::1%eth0 failed|connect to *** failed",
                "db-1.prod.internal refused|*** refused",
                "my-resource.openai.azure.com said no|*** said no",
                "upstream backend:8000 reset|upstream *** reset",
            })
    void masksSecretsAndHosts(String text, String safe) {
        assertThat(Redaction.redact(text)).isEqualTo(safe);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 28810, Requested 2500. Please try again in 2.62s.",
                "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
                "Invalid type for 'messages[0].content': expected one of a string or array, but got an integer instead.",
                "The model `gpt-4.1-mini-2025-04-14` does not exist: internationalization_of_something_long.",
                "The model deepseek-ai/DeepSeek-R1-Distill-Llama-70B needs a user-provided setting.",
                "最大上下文长度为 8192。"
            })
    void leavesPlainSentencesAlone(String text) {
        assertThat(Redaction.redact(text)).isEqualTo(text);
    }

    @Test
    void leavesOneBoundedLine() {
        assertThat(Redaction.redact(" a\r\nb\u0000c\u001b[31m\u2028d\t ")).isEqualTo("a b c [31m d");
        assertThat(Redaction.redact("😀".repeat(5_000)))
                .hasSizeLessThanOrEqualTo(Redaction.MAX)
                .endsWith("😀…");
    }

    @Test
    void takesTimeInProportionToHostileText() {
        String[] hostile = {
            "a.".repeat(5_000),
            "1.".repeat(5_000),
            ":".repeat(9_000),
            "a1".repeat(5_000),
            "sk-".repeat(3_000),
            "@".repeat(9_000),
            "a-".repeat(5_000),
            "f:".repeat(5_000),
            "+/".repeat(5_000) + "!"
        };
        for (String text : hostile) {
            String half = text.substring(0, 2_000);
            String whole = text.substring(0, 4_000);
            Redaction.redact(whole);

            // Twice the text takes twice the time, not four times; looked at several times, for machines are busy.
            double growth = Double.MAX_VALUE;
            for (int i = 0; i < 20 && growth > 3; i++) {
                growth = Math.min(growth, (double) cost(whole) / cost(half));
            }

            assertThat(growth).as(text.substring(0, 4)).isLessThan(3);
        }
    }

    private static long cost(String text) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            Redaction.redact(text);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }
}
