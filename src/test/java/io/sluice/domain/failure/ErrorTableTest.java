package io.sluice.domain.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.domain.failure.ErrorTable.Meaning;
import io.sluice.domain.failure.ErrorTable.Rule;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTableTest {
    private static final ErrorTable TABLE = new ErrorTable(
            List.of(
                    rule(Meaning.SERVICE, Set.of(), Set.of(), null, Set.of(429)),
                    rule(Meaning.SLOW_DOWN, Set.of(), Set.of(), "too fast", Set.of()),
                    rule(Meaning.CLIENT, Set.of(), Set.of("Kind"), null, Set.of()),
                    rule(Meaning.CONTENT, Set.of("Bad*"), Set.of(), null, Set.of()),
                    rule(Meaning.ACCOUNT, Set.of("Bad.Money"), Set.of(), null, Set.of()),
                    rule(Meaning.MODEL, Set.of("Bad.Money"), Set.of(), "free", Set.of()),
                    rule(Meaning.CONTEXT, Set.of("7"), Set.of(), null, Set.of(400))),
            ZoneOffset.UTC,
            List.of());

    private static Rule rule(
            Meaning meaning, Set<String> codes, Set<String> types, @Nullable String text, Set<Integer> statuses) {
        return new Rule(
                meaning,
                codes,
                types,
                text == null ? null : Pattern.compile(text),
                statuses,
                meaning == Meaning.SLOW_DOWN ? Penalty.waiting(Duration.ofSeconds(3)) : Penalty.USUAL);
    }

    private static @Nullable Meaning find(int status, @Nullable String code, @Nullable String type, String message) {
        Rule rule = TABLE.find(status, new ParsedError(message, type, null, code));
        return rule == null ? null : rule.meaning();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "429, -, -, m, SERVICE",
                "0, -, -, m, -",
                "500, -, -, m, -",
                "429, -, -, too fast, SLOW_DOWN",
                "429, -, kind, too fast, CLIENT",
                "429, badly, kind, too fast, CONTENT",
                "429, BAD.MONEY, kind, too fast, ACCOUNT",
                "429, Bad.Money, kind, a free one, MODEL",
                "400, 7, -, m, CONTEXT",
                "0, 7, -, m, CONTEXT",
                "401, 7, -, m, -",
                "500, ba, -, m, -",
            })
    void takesTheMostExactRule(int status, String code, String type, String message, Meaning meaning) {
        assertThat(find(status, code, type, message)).isEqualTo(meaning);
    }

    @Test
    void failureSaysWhatTheClientKnows() {
        ParsedError error = new ParsedError("m", "t", "p", "Bad");

        assertThat(TABLE.failure(TABLE.rules().get(3), 400, error, Duration.ofSeconds(9), Instant.EPOCH))
                .isEqualTo(new UpstreamFailure(
                        Kind.REQUEST_REJECTED,
                        400,
                        "m",
                        "t",
                        "p",
                        "content_filter",
                        Duration.ZERO,
                        new Verdict.ContentRefused()));
        assertThat(TABLE.failure(TABLE.rules().get(1), 429, error, Duration.ZERO, Instant.EPOCH))
                .isEqualTo(new UpstreamFailure(
                        Kind.RATE_LIMITED,
                        429,
                        "m",
                        "t",
                        "p",
                        "Bad",
                        Duration.ofSeconds(3),
                        new Verdict.SlowDown(Verdict.Reach.MODEL, Duration.ofSeconds(3), false)));
        assertThat(TABLE.failure(TABLE.rules().get(1), 429, error, Duration.ofSeconds(9), Instant.EPOCH)
                        .retryAfter())
                .isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void errorInsideAnAnswerIsReadByTheTableFirst() {
        UpstreamFailure known = TABLE.inAnswer("{\"error_code\":7,\"error_msg\":\"m\"}".getBytes(UTF_8));
        UpstreamFailure other =
                TABLE.inAnswer("{\"error\":{\"message\":\"m\",\"type\":\"rate_limit_error\"}}".getBytes(UTF_8));

        assertThat(known.kind()).isEqualTo(Kind.REQUEST_REJECTED);
        assertThat(known.code()).isEqualTo("context_length_exceeded");
        assertThat(other.kind()).isEqualTo(Kind.RATE_LIMITED);
        assertThat(ErrorTable.NONE.inAnswer("x".getBytes(UTF_8)).kind()).isEqualTo(Kind.SERVER_ERROR);
    }

    @Test
    void ruleThatFitsEverythingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> rule(Meaning.CLIENT, Set.of(), Set.of(), null, Set.of()));
        assertThat(Objects.requireNonNull(TABLE.find(0, new ParsedError("m", null, null, "BADLY")))
                        .codes())
                .containsExactly("bad*");
    }
}
