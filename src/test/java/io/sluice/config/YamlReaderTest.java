package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.config.YamlNode.Mapping;
import io.sluice.config.YamlNode.Scalar;
import io.sluice.config.YamlNode.Sequence;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class YamlReaderTest {
    private final Findings findings = new Findings();

    private @Nullable Mapping read(String text, Charset charset) {
        return YamlReader.read("f.yaml", text.getBytes(charset), findings);
    }

    private List<String> errors() {
        return findings.errors().stream().map(ConfigError::toString).toList();
    }

    @Test
    void readsTextWithPositionsAndGuessesNoType() {
        Mapping root = read("\uFEFFa: no\r\nb: [017, '1', 2026-01-01]\r\nyes: { }\r\n", StandardCharsets.UTF_8);

        assertThat(errors()).isEmpty();
        assertThat(root.entries().keySet()).containsExactly("a", "b", "yes");
        assertThat(root.entries().get("a").value()).isEqualTo(new Scalar("no", true, 1, 4));
        assertThat(root.entries().get("b").value())
                .isEqualTo(new Sequence(
                        List.of(
                                new Scalar("017", true, 2, 5),
                                new Scalar("1", false, 2, 10),
                                new Scalar("2026-01-01", true, 2, 15)),
                        2,
                        4));
        assertThat(root.entries().get("yes").key()).isEqualTo(new Scalar("yes", true, 3, 1));
    }

    @Test
    void readsAnEmptyFileAsNothing() {
        assertThat(read("# only a comment\n", StandardCharsets.UTF_8).entries()).isEmpty();
        assertThat(read("", StandardCharsets.UTF_8).entries()).isEmpty();
        assertThat(read("---\n", StandardCharsets.UTF_8).entries()).isEmpty();
        assertThat(errors()).isEmpty();
    }

    @Test
    void followsAnAliasOfAPlainValue() {
        Mapping root = read("a: &x { rpm: 3 }\nb: *x\n", StandardCharsets.UTF_8);

        assertThat(root.entries().get("b").value())
                .isSameAs(root.entries().get("a").value());
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("a: 1\na: 2", "f.yaml:2:1: 'a' stands here and in line 1; remove one of them"),
                arguments("a: !!binary x", "f.yaml:1:4: tags are refused; remove the word that begins with '!'"),
                arguments("a: !x {}", "f.yaml:1:4: tags are refused; remove the word that begins with '!'"),
                arguments("a: ! x", "f.yaml:1:4: tags are refused; remove the word that begins with '!'"),
                arguments("- a", "f.yaml:1:1: is not a mapping; write 'key: value' lines"),
                arguments("text", "f.yaml:1:1: is not a mapping; write 'key: value' lines"),
                arguments("a: 1\n---\nb: 1", "f.yaml:2:1: a second document begins here; write one document a file"),
                arguments("a:\n\tb: 1", "f.yaml:2:1: a tab cannot indent; use spaces"),
                arguments("a: *b", "f.yaml:1:4: the anchor 'b' is not defined before this line"),
                arguments(
                        "a: &b [*b]", "f.yaml:1:8: an alias inside an anchored value is refused; write the value out"),
                arguments("a: \u0007", "f.yaml:1:4: holds the unprintable character U+0007; files are UTF-8 text"));
    }

    @Test
    void refusesWhatTheScannerReportsWithoutAPosition() {
        read(" ? \":\n\"x\"", StandardCharsets.UTF_8);

        assertThat(errors()).singleElement().asString().startsWith("f.yaml:1:4: is not YAML behind this: ");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(String text, String expected) {
        read(text, StandardCharsets.UTF_8);

        assertThat(errors()).containsExactly(expected);
    }

    @Test
    void refusesOtherCharsets() {
        read("a: 1", StandardCharsets.UTF_16);
        read("b: é\n", StandardCharsets.ISO_8859_1);

        assertThat(errors())
                .containsExactly("f.yaml:1:1: is not UTF-8 from here on", "f.yaml:1:4: is not UTF-8 from here on");
    }

    @Test
    void refusesBombsInTimeAndMemory() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a%1$d: &a%1$d [*a%2$d, *a%2$d]\n".formatted(i, i - 1));
        }
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            read(bomb.toString(), StandardCharsets.UTF_8);
            read("a: &x 1\nb: [" + "*x, ".repeat(51) + "]", StandardCharsets.UTF_8);
            read("a: " + "[".repeat(10_000), StandardCharsets.UTF_8);
            read("{a: ".repeat(10_000), StandardCharsets.UTF_8);
            read("- ".repeat(10_000) + "a", StandardCharsets.UTF_8);
            YamlReader.read("f.yaml", new byte[50 * 1024 * 1024], findings);
        });

        assertThat(errors())
                .containsExactly(
                        "f.yaml: is larger than 3 MiB",
                        "f.yaml:1:53: is nested deeper than 50 levels",
                        "f.yaml:1:101: is nested deeper than 50 levels",
                        "f.yaml:1:198: is nested deeper than 50 levels",
                        "f.yaml:2:10: an alias inside an anchored value is refused; write the value out",
                        "f.yaml:2:205: more than 50 aliases");
    }

    /** Whatever stands in a file, it is read or refused with a sentence. */
    @Property(tries = 2000)
    void neverThrows(
            @ForAll @Size(max = 200)
                    List<
                                    @Chars({
                                        'a', ':', ' ', '-', '\n', '[', ']', '{', '}', '&', '*', '!', '#', '|', '>',
                                        '\'', '"', '%', '@', '?', ',', '1', '\t', '~', '$'
                                    })
                                    Character>
                            characters) {
        StringBuilder text = new StringBuilder();
        characters.forEach(text::append);
        Findings found = new Findings();

        Mapping root = YamlReader.read("f.yaml", text.toString().getBytes(StandardCharsets.UTF_8), found);

        assertThat(root != null || found.hasErrors()).isTrue();
    }
}
