package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCursorTest {
    private static final int MAX_DEPTH = 64;

    private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
    private final JsonFactory strict = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(1_000)
                    .build())
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " [ ] ",
                "{\"\":0}",
                "\"\"",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "1.0",
                "1e5",
                "1E+05",
                "-1.25e-10",
                "1e999999999",
                "9007199254740993",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "\"\u007f\"",
                "\"\ud83d\ude00\"",
                "[[],{},[{}]]",
                "{\"a\":1,\"a\":2}",
                "\t\n\r 1 \t\n\r",
                "\"\\u0000\""
            })
    void acceptsLegalJson(String text) {
        assertThat(accepts(text.getBytes(UTF_8))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "{,}",
                "[,]",
                "[1,]",
                "[1 2]",
                "{\"a\":1,}",
                "{\"a\" 1}",
                "{a:1}",
                "{\"a\":}",
                "{\"a\"}",
                "{1:2}",
                "{\"a\":1 \"b\":2}",
                "[1:2]",
                "nul",
                "nulll",
                "True",
                "NaN",
                "Infinity",
                "-",
                "+1",
                "01",
                "-01",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x10",
                "1_000",
                "'a'",
                "\"",
                "\"a",
                "\"\\",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\u00",
                "\"a\nb\"",
                "\"a\tb\"",
                "\"\u0000\"",
                "{} {}",
                "{}x",
                "1 1",
                "/* c */ 1",
                "[1] // c",
                "\ufeff{}",
                "\u00a0{}"
            })
    void refusesEverythingElse(String text) {
        assertThat(accepts(text.getBytes(UTF_8))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "bf",
                "c0af",
                "c1bf",
                "c2",
                "c241",
                "e08080",
                "e09fbf",
                "e28228",
                "eda080",
                "edbfbf",
                "f0808080",
                "f08fbfbf",
                "f4908080",
                "f5808080",
                "ff",
                "fe",
                "e282"
            })
    void refusesBadUtf8(String hex) {
        byte[] bytes = new byte[hex.length() / 2 + 2];
        bytes[0] = '"';
        bytes[bytes.length - 1] = '"';
        for (int i = 0; i < hex.length() / 2; i++) {
            bytes[i + 1] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }

        assertThat(accepts(bytes)).isFalse();
    }

    @Test
    void boundsDepthNumbersAndNames() {
        assertThat(accepts(("[".repeat(64) + "]".repeat(64)).getBytes(UTF_8))).isTrue();
        assertThat(accepts(("[".repeat(65) + "]".repeat(65)).getBytes(UTF_8))).isFalse();
        assertThat(accepts("1".repeat(64).getBytes(UTF_8))).isTrue();
        assertThat(accepts("1".repeat(65).getBytes(UTF_8))).isFalse();
        assertThat(accepts(("1." + "0".repeat(63)).getBytes(UTF_8))).isFalse();
        assertThat(accepts(("{\"" + "n".repeat(256) + "\":1}").getBytes(UTF_8))).isTrue();
        assertThat(accepts(("{\"" + "n".repeat(257) + "\":1}").getBytes(UTF_8))).isFalse();
    }

    @Test
    void agreesWithAStrictParserOnRandomAndBrokenText() {
        agree(11, 60_000);
    }

    @Test
    @Tag("proof")
    void agreesWithAStrictParserOnAMillionBrokenTexts() {
        agree(System.nanoTime(), 1_000_000);
    }

    private void agree(long seed, int rounds) {
        Random random = new Random(seed);
        for (int i = 0; i < rounds; i++) {
            byte[] text = RandomJson.document(random).getBytes(UTF_8);
            for (int m = random.nextInt(3); m > 0; m--) {
                text = mutate(text, random);
            }
            assertThat(accepts(text))
                    .as("seed %d round %d: %s", seed, i, new String(text, ISO_8859_1))
                    .isEqualTo(strictAccepts(text));
        }
    }

    private static byte[] mutate(byte[] text, Random random) {
        if (text.length == 0) {
            return text;
        }
        int at = random.nextInt(text.length);
        byte[] changed = text.clone();
        switch (random.nextInt(4)) {
            case 0 -> changed[at] = (byte) "{}[]\",:\\0e-.tn \n".charAt(random.nextInt(16));
            case 1 -> changed[at] = (byte) random.nextInt(256);
            case 2 -> changed = java.util.Arrays.copyOf(text, at);
            default -> {
                changed = new byte[text.length - 1];
                System.arraycopy(text, 0, changed, 0, at);
                System.arraycopy(text, at + 1, changed, at, text.length - at - 1);
            }
        }
        return changed;
    }

    private boolean accepts(byte[] text) {
        try {
            cursor.open(text, 0, text.length);
            cursor.skip();
            cursor.finish();
            return true;
        } catch (JsonSyntaxException e) {
            return false;
        }
    }

    /** Jackson takes byte order marks and loose UTF-8; the decoder before it does not. */
    private boolean strictAccepts(byte[] text) {
        try {
            String decoded = UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
            try (JsonParser parser = strict.createParser(decoded)) {
                if (decoded.startsWith("\ufeff") || parser.nextToken() == null) {
                    return false;
                }
                parser.skipChildren();
                boolean ended = parser.nextToken() == null;
                return ended && !parser.hasCurrentToken();
            }
        } catch (CharacterCodingException e) {
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
