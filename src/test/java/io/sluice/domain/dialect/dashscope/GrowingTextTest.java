package io.sluice.domain.dialect.dashscope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowingTextTest {
    private static String run(List<String> texts) {
        GrowingText growing = new GrowingText();
        StringBuilder told = new StringBuilder();
        texts.forEach(text -> told.append(growing.next(text)));
        return told + growing.end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hello| world|, how are you?|",
                "ha|ha|ha|haha|ha|",
                "a|a|a|a|a|a|a|a|a|a|a|a|b|",
                "|x||y|",
                "{|\"a\"|:|1|}|",
                "----|-----|x|",
                "H|Hi|",
            })
    void piecesAreToldAsTheyCome(String texts) {
        List<String> pieces = List.of(texts.split("\\|", -1));

        assertThat(run(pieces)).isEqualTo(String.join("", pieces));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hel|Hello|Hello wor|Hello world|Hello world",
                "H|Hi",
                "H|H|Hi|Hi|Hi!",
                "|H|Hi|Hi there|Hi there, you|Hi there, you",
                "A long beginning of it|A long beginning of it and its end",
            })
    void wholeTextsAreToldOnce(String texts) {
        List<String> wholes = List.of(texts.split("\\|", -1));

        assertThat(run(wholes)).isEqualTo(wholes.getLast());
    }

    @Test
    void nothingIsLostOrDoubledWhateverComes() {
        Random random = new Random(7);
        String[] tokens = {"a", "b", "ab", "ba", "aa", " ", "\n", "中", "😀"};
        for (int round = 0; round < 5_000; round++) {
            StringBuilder all = new StringBuilder();
            GrowingText pieces = new GrowingText();
            GrowingText wholes = new GrowingText();
            StringBuilder ofPieces = new StringBuilder();
            StringBuilder ofWholes = new StringBuilder();
            int count = random.nextInt(30);
            for (int i = 0; i < count; i++) {
                String token = tokens[random.nextInt(tokens.length)];
                all.append(token);
                ofPieces.append(pieces.next(token));
                ofWholes.append(wholes.next(all.toString()));
            }
            ofPieces.append(pieces.next("")).append(pieces.end());
            ofWholes.append(wholes.next(all.toString())).append(wholes.end());
            assertThat(ofPieces.toString()).isEqualTo(all.toString());
            assertThat(ofWholes.toString()).isEqualTo(all.toString());
        }
    }

    @Test
    void mistakeIsMendedAtTheNextPiece() {
        GrowingText growing = new GrowingText();
        String line = "-".repeat(16);

        String told = growing.next(line) + growing.next(line + line) + growing.next("Title") + growing.next(" ends");

        assertThat(told).endsWith("Title ends");
    }
}
