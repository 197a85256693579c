package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Redaction;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every adapter and every preset makes of errors: the table {@code provider/errors.txt} row by row, and errors that
 * are broken, hostile, or tell too much.
 */
class ErrorContractTest {
    private static final Instant NOW = Instant.parse("2026-01-27T12:00:00Z");

    /** A row of the table. */
    record Row(String name, int status, String body, Kind kind) {
        private static Row of(String line) {
            String[] cells = line.split("\\s*\\|\\s*", 4);
            String body = cells[2].replace("\\'", "\u0000").replace('\'', '"').replace('\u0000', '\'');
            return new Row(cells[0], Integer.parseInt(cells[1]), body.strip(), Kind.valueOf(cells[3].strip()));
        }
    }

    static List<Subject> subjects() {
        return Subject.all();
    }

    static List<Row> rows() throws IOException {
        try (InputStream table =
                Objects.requireNonNull(ErrorContractTest.class.getResourceAsStream("/provider/errors.txt"))) {
            return new String(table.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        }
    }

    /** Everybody's own rows, and those of everybody. */
    static Stream<Row> rowsOfEach() throws IOException {
        List<Row> each = new ArrayList<>();
        for (Row row : rows()) {
            if (row.name.equals("*")) {
                subjects().forEach(subject -> each.add(new Row(subject.name(), row.status, row.body, row.kind)));
            } else {
                each.add(row);
            }
        }
        return each.stream();
    }

    @ParameterizedTest
    @MethodSource("rowsOfEach")
    void errorsMeanWhatTheTableSays(Row row) {
        Subject subject = subjects().stream()
                .filter(each -> each.name().equals(row.name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody is called '" + row.name + "'"));

        Kind kind;
        if (row.status == 200) {
            kind = Reading.of(
                            Objects.requireNonNull(
                                    Client.CHAT.ask(subject, false).answer().tap("application/json")),
                            row.body.getBytes(UTF_8),
                            64)
                    .verdict();
        } else {
            kind = classify(subject, row.status, row.body).kind();
        }

        assertThat(kind).isEqualTo(row.kind);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void everybodyHasRowsOfItsOwn(Subject subject) throws IOException {
        assertThat(rows()).extracting(Row::name).contains(subject.name());
    }

    /** Each code that a preset knows is found where its service puts codes. */
    @ParameterizedTest
    @MethodSource("subjects")
    void everyCodeOfAPresetIsFound(Subject subject) {
        if (subject.preset() == null) {
            return;
        }
        for (ErrorTable.Rule rule : subject.preset().errors().rules()) {
            if (rule.text() != null || rule.codes().isEmpty()) {
                continue;
            }
            int status =
                    rule.statuses().isEmpty() ? 400 : rule.statuses().iterator().next();
            for (String code : rule.codes()) {
                String word = code.replace("*", "x");
                for (String body : List.of(
                        "{\"error\":{\"message\":\"m\",\"code\":\"" + word + "\"}}",
                        "{\"code\":\"" + word + "\",\"message\":\"m\"}",
                        "{\"error_code\":\"" + word + "\",\"error_msg\":\"m\"}",
                        "{\"base_resp\":{\"status_code\":\"" + word + "\",\"status_msg\":\"m\"}}",
                        "{\"Response\":{\"Error\":{\"Code\":\"" + word + "\",\"Message\":\"m\"}}}")) {
                    assertThat(classify(subject, status, body).kind()).as(body).isEqualTo(rule.kind());
                }
            }
        }
    }

    /** Some services repeat the key that they refuse. */
    @ParameterizedTest
    @MethodSource("subjects")
    void theKeyIsInNoError(Subject subject) {
        String key = subject.key();
        for (String body : List.of(
                "{\"error\":{\"message\":\"Incorrect API key provided: " + key
                        + ". Find yours in the console.\",\"type\":\"auth " + key + "\",\"param\":\"" + key
                        + "\",\"code\":\"" + key + "\"}}",
                "{\"message\":\"Bearer " + key + " is not known\",\"code\":\"" + key + "\"}",
                "{\"error\":\"" + key + "\"}",
                key)) {
            for (int status : new int[] {400, 401, 403, 429, 500}) {
                UpstreamFailure failure = classify(subject, status, body);

                assertThat(failure.toString()).doesNotContain(key.substring(key.length() - 16));
            }
        }
    }

    /** Whatever an error says, it is classified, and what is shown of it is short and of one line. */
    @ParameterizedTest
    @MethodSource("subjects")
    void hostileErrorsAreClassified(Subject subject) {
        List<String> bodies = List.of(
                "",
                "{",
                "[[[[[[[[",
                "\"",
                "null",
                "{\"error\":null}",
                "{\"error\":{\"message\":null,\"code\":{},\"type\":[]}}",
                "{\"error\":{\"message\":\"" + "x".repeat(70_000),
                "{\"error\":".repeat(5_000),
                "{\"error\":{\"message\":\"a\\r\\nSet-Cookie: b\\u0000\\u202e\",\"code\":\"a\\nb\",\"type\":\"\\u0007\"}}",
                "{\"error\":{\"code\":1e400,\"message\":\"m\"}}",
                "{\"error\":{\"code\":" + "9".repeat(60_000) + "}}",
                "\u0000\u0001\u00ff\ud800");
        for (int status : new int[] {400, 404, 429, 500, 599}) {
            for (String body : bodies) {
                UpstreamFailure failure = classify(subject, status, body);

                assertThat(failure.status()).isEqualTo(status);
                assertThat(failure.message()).isNotBlank().hasSizeLessThanOrEqualTo(Redaction.MAX);
                assertThat(Stream.of(failure.message(), failure.type(), failure.param(), failure.code())
                                .filter(Objects::nonNull))
                        .allMatch(text -> text.chars().noneMatch(c -> c < ' '));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void waitsAreBounded(Subject subject) {
        for (String value : List.of("-1", "1e12", "9".repeat(30), "NaN", "", "Fri, 31 Dec 9999 23:59:59 GMT")) {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                    .add("retry-after", value)
                    .add("retry-after-ms", value)
                    .add("x-ratelimit-reset-requests", value)
                    .add("anthropic-ratelimit-requests-reset", value);

            UpstreamFailure failure = subject.adapter().classify(429, headers, "{\"a\":1}".getBytes(UTF_8), NOW);

            assertThat(failure.retryAfter()).isBetween(Duration.ZERO, Duration.ofHours(24));
        }
    }

    private static UpstreamFailure classify(Subject subject, int status, String body) {
        return subject.adapter().classify(status, MultiMap.caseInsensitiveMultiMap(), body.getBytes(UTF_8), NOW);
    }
}
