package io.sluice.domain.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.domain.notice.NoticeEvent.Severity;
import io.sluice.domain.notice.Occurrence.Fact;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static final UnaryOperator<String> AS_IT_IS = text -> text;

    private static Telling telling(Group... groups) {
        return new Telling("id", List.of(groups), 0, "n1", 1_700_000_000_000L);
    }

    private static Group group(State state, Occurrence... all) {
        return new Group(all[0].event(), all[0].event().severity(), state, List.of(all));
    }

    private static Occurrence dead(String subject) {
        return new Occurrence(
                NoticeEvent.ACCOUNT_DISABLED, subject, false, 0, "401", List.of(new Fact("status", "401")), 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{severity} {state} {events} {count}|error begun account-disabled 1",
                "{summary}|account disabled: openai/a",
                "{subjects} at {node}|openai/a at n1",
                "{time}|2023-11-14T22:13:20Z",
                "{{{severity}}}|{error}",
                "a }} b {{ c|a } b { c",
                "no placeholder|no placeholder"
            })
    void fillsPlaceholders(String template, String expected) {
        assertThat(Wording.title(telling(group(State.BEGUN, dead("openai/a"))), Template.parse(template), AS_IT_IS))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{x}", "{severity", "}", "a}", "{}", "{severity }", "{text.length}"})
    void refusesWhatIsNone(String template) {
        assertThatIllegalArgumentException().isThrownBy(() -> Template.parse(template));
    }

    @Test
    void onlyValuesAreEscaped() {
        Telling telling = telling(group(State.BEGUN, dead("<a>")));

        assertThat(Wording.title(telling, Template.parse("<b> {subjects}"), text -> text.replace("<", "&lt;")))
                .isEqualTo("<b> &lt;a>");
    }

    @Test
    void tellsOneWithItsFactsAndManyAsAList() {
        Template text = Template.parse("{text}");

        assertThat(Wording.text(telling(group(State.BEGUN, dead("openai/a"))), text, AS_IT_IS))
                .isEqualTo("401\nstatus: 401");
        assertThat(Wording.text(telling(group(State.BEGUN, dead("a"), dead("b"))), text, AS_IT_IS))
                .isEqualTo("2 accounts disabled\n- a: 401\n- b: 401");
        Occurrence back = new Occurrence(NoticeEvent.NODE_LEFT, "n2", true, 0, "", List.of(), 0);
        assertThat(Wording.text(telling(group(State.BEGUN, dead("a")), group(State.OVER, back)), text, AS_IT_IS))
                .isEqualTo("account disabled: a\n401\nstatus: 401\nover: node left: n2\nback");
    }

    @Test
    void aLongListIsBounded() {
        Occurrence[] many = IntStream.range(0, 4_000)
                .mapToObj(i -> dead("account-with-a-name/" + i))
                .toArray(Occurrence[]::new);
        Telling telling = telling(group(State.BEGUN, many));

        assertThat(Wording.title(telling, Template.parse("{summary}"), AS_IT_IS))
                .isEqualTo("4000 accounts disabled");
        assertThat(Wording.text(telling, Template.parse("{text}"), AS_IT_IS))
                .contains("and 3990 more: ", "and 3960 more")
                .hasSizeLessThan(2_000);
    }

    @Test
    void whatProvidersSayIsBoundedAndTamed() {
        Occurrence nasty = new Occurrence(
                NoticeEvent.ACCOUNT_DISABLED,
                "a\r\nBcc: x@example.com\u0000",
                false,
                900,
                "line\n\u001b[31mred\u202eright to left" + "x".repeat(5_000),
                IntStream.range(0, 50)
                        .mapToObj(i -> new Fact("name" + i, "v".repeat(9_000)))
                        .toList(),
                0);

        assertThat(nasty.subject()).isEqualTo("a  Bcc: x@example.com");
        assertThat(nasty.level()).isEqualTo(100);
        assertThat(nasty.text()).startsWith("line\n [31mred right to left").hasSize(Occurrence.MOST_TEXT);
        assertThat(nasty.facts())
                .hasSize(Occurrence.MOST_FACTS)
                .allMatch(fact -> fact.value().length() == Fact.MOST_VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "äöü", "中文中文", "🙂🙂🙂", "a中🙂a中🙂a中🙂"})
    void cutsAtWholeCharacters(String text) {
        int whole = text.getBytes(StandardCharsets.UTF_8).length;
        assertThat(Wording.cut(text, whole)).isEqualTo(text);
        for (int most = 3; most < whole; most++) {
            String cut = Wording.cut(text, most);
            assertThat(cut.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(most);
            assertThat(cut).endsWith("…");
            assertThat(text).startsWith(cut.substring(0, cut.length() - 1));
        }
    }

    @Test
    void pausesGrowAndAreBounded() {
        assertThat(IntStream.rangeClosed(1, 9).mapToObj(failed -> Backoff.pause(failed, Duration.ZERO, 1)
                        .toMillis()))
                .containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 60_000L, 60_000L, 60_000L);
        assertThat(Backoff.pause(1, Duration.ZERO, 0)).isEqualTo(Duration.ofMillis(500));
        assertThat(Backoff.pause(1, Duration.ofSeconds(30), 0.5)).isEqualTo(Duration.ofSeconds(30));
        assertThat(Backoff.pause(1, Duration.ofDays(36_500), 0.5)).isEqualTo(Duration.ofMinutes(1));
        assertThat(Backoff.pause(99, Duration.ZERO, 7)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void everySeverityHasAWord() {
        assertThat(Severity.CRITICAL.word()).isEqualTo("critical");
        assertThat(NoticeEvent.words()).hasSize(16).contains("account-disabled", "node-minority");
    }
}
