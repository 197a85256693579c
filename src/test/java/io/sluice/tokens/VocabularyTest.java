package io.sluice.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
    @ParameterizedTest
    @CsvSource({
        "gpt-4, CL100K",
        "gpt-4-turbo, CL100K",
        "gpt-3.5-turbo-0125, CL100K",
        "text-embedding-3-small, CL100K",
        "gpt-4o, O200K",
        "gpt-4o-mini-2024-07-18, O200K",
        "gpt-4.1-nano, O200K",
        "gpt-5.1, O200K",
        "o3-mini, O200K",
        "openai/gpt-4o, O200K",
        "GPT-4O, O200K",
        "o10, ",
        "gpt-40, ",
        "claude-sonnet-4-5, ",
        "'', ",
    })
    void aModelHasItsFamilysVocabulary(String model, Vocabulary vocabulary) {
        assertThat(Vocabulary.of(model)).isEqualTo(vocabulary);
    }

    @ParameterizedTest
    @CsvSource({"Hello world, 2, 2", "'', 0, 0", "<|endoftext|>, 7, 7"})
    void countsAsOpenAiDoes(String text, long cl100k, long o200k) {
        assertThat(Vocabulary.CL100K.count(List.of(text))).isEqualTo(cl100k);
        assertThat(Vocabulary.O200K.count(List.of(text))).isEqualTo(o200k);
    }

    @Test
    void piecesOfLongProseAddUpToTheWhole() {
        String sentence = " A sentence of nine common words stands here again.";

        long once = Vocabulary.O200K.count(List.of(sentence));

        assertThat(Vocabulary.O200K.count(List.of(sentence.repeat(2_000)))).isEqualTo(2_000 * once);
    }

    /** Runs without a blank are where byte pair encoding turns quadratic. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "中", " ", "\n", "😀", "aB1-"})
    void aRunWithoutWordsTakesBoundedTime(String unit) {
        List<String> text = List.of(unit.repeat(4 * Vocabulary.MOST_COUNTED / unit.length()));

        long tokens = Assertions.assertTimeout(Duration.ofSeconds(20), () -> Vocabulary.O200K.count(text));

        assertThat(tokens).isPositive();
    }

    @Test
    void textBeyondTheLimitIsEstimated() {
        List<String> texts = List.of("a ".repeat(Vocabulary.MOST_COUNTED / 2), "x".repeat(4_000), "y".repeat(4_000));

        long tokens = Vocabulary.O200K.count(texts);

        assertThat(tokens - Vocabulary.O200K.count(texts.subList(0, 1))).isEqualTo(2_000);
    }
}
