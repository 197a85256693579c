package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.preset.Presets;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every signal of every provider says of whom was asked: the table {@code provider/verdicts.txt}, row by row. */
class VerdictTableTest {
    private static final Instant NOW = Instant.parse("2026-01-27T12:00:00Z");
    private static final Map<String, Subject> SUBJECTS =
            Subject.all().stream().collect(Collectors.toMap(Subject::name, Function.identity()));

    private static final Map<String, ProviderAdapter> ADAPTERS =
            SUBJECTS.values().stream().collect(Collectors.toMap(Subject::name, Subject::adapter));

    /** A row of the table. */
    record Row(String name, int status, String headers, String body, Kind kind, String verdict) {
        private static Row of(String line) {
            String[] cells = line.split("\\s*\\|\\s?", -1);
            assertThat(cells).as(line).hasSize(6);
            return new Row(
                    cells[0],
                    Integer.parseInt(cells[1].strip()),
                    cells[2].strip(),
                    json(cells[3].strip()).replace("\\n", cells[3].startsWith("data:") ? "\n" : "\\n"),
                    Kind.valueOf(cells[4].strip()),
                    cells[5].strip());
        }

        /** Single quotes are JSON's; inside double ones they are themselves. */
        private static String json(String text) {
            StringBuilder json = new StringBuilder();
            boolean literal = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                literal ^= c == '"';
                json.append(c == '\'' && !literal ? '"' : c);
            }
            return json.toString();
        }

        private MultiMap multiMap() {
            MultiMap map = MultiMap.caseInsensitiveMultiMap();
            Arrays.stream(headers.split(";"))
                    .filter(header -> !header.isBlank())
                    .forEach(header -> map.add(
                            header.substring(0, header.indexOf(':')).strip(),
                            header.substring(header.indexOf(':') + 1).strip()));
            return map;
        }

        @Override
        public String toString() {
            return name + " " + status + " " + headers + " " + body.substring(0, Math.min(90, body.length()));
        }
    }

    static List<Row> table() throws IOException {
        try (InputStream table =
                Objects.requireNonNull(VerdictTableTest.class.getResourceAsStream("/provider/verdicts.txt"))) {
            return new String(table.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        }
    }

    static Stream<Row> rows() throws IOException {
        return table().stream()
                .flatMap(row -> row.name.equals("*")
                        ? SUBJECTS.values().stream()
                                .filter(subject -> isPlain(subject, row))
                                .map(subject -> new Row(
                                        subject.name(), row.status, row.headers, row.body, row.kind, row.verdict))
                        : Stream.of(row));
    }

    /** Whether nothing in the table of a preset is about a status alone. */
    private static boolean isPlain(Subject subject, Row row) {
        return subject.preset() == null
                || subject.preset().errors().rules().stream()
                        .noneMatch(rule -> rule.statuses().contains(row.status));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everySignalMeansWhatTheTableSays(Row row) {
        UpstreamFailure failure = read(row);

        assertThat(failure.kind()).isEqualTo(row.kind);
        assertThat(words(failure.verdict()))
                .matches(row.verdict.replace("any", "\\S+").replace(".", "\\."));
        assertThat(failure.retryAfter()).isEqualTo(failure.verdict().pause());
    }

    private static UpstreamFailure read(Row row) {
        Subject subject = Objects.requireNonNull(SUBJECTS.get(row.name), () -> "nobody is called '" + row.name + "'");
        byte[] body = row.body.getBytes(UTF_8);
        if (row.status != 200) {
            return adapter(subject).classify(row.status, row.multiMap(), body, NOW);
        }
        boolean stream = row.body.startsWith("data:");
        ResponseTap tap = Objects.requireNonNull(
                Client.CHAT.ask(subject, stream).answer().tap(stream ? "text/event-stream" : "application/json"));
        UpstreamFailure read =
                Objects.requireNonNull(Reading.of(tap, body, 64).tap().error());
        return adapter(subject).inAnswer(read, NOW);
    }

    private static ProviderAdapter adapter(Subject subject) {
        return Objects.requireNonNull(ADAPTERS.get(subject.name()));
    }

    private static String words(Verdict verdict) {
        return switch (verdict) {
            case Verdict.SlowDown slow ->
                "slow " + word(slow.reach()) + " " + wait(slow.pause()) + (slow.exact() ? " named " : " guess ")
                        + slow.limit().word();
            case Verdict.Dead dead -> dead.certain() ? "dead certain" : "dead doubtful";
            case Verdict.OutOfMoney money -> "money " + word(money.reach()) + " " + wait(money.pause());
            case Verdict.ModelMissing missing -> missing.certain() ? "model certain" : "model doubtful";
            case Verdict.EndpointSick sick -> "sick " + wait(sick.pause()) + (sick.everyones() ? " everyones" : " own");
            case Verdict.RequestWrong wrong -> "wrong";
            case Verdict.ContentRefused content -> "content";
            case Verdict.Elsewhere elsewhere -> "elsewhere";
            case Verdict.Ambiguous unknown -> "ambiguous";
            case Verdict.ClientGone gone -> "gone";
        };
    }

    private static String word(Reach reach) {
        return reach.word();
    }

    private static String wait(Duration pause) {
        return pause.toHours() == 9
                ? "33011.38s"
                : pause.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    static Stream<String> tables() {
        return Stream.concat(Presets.NAMES.stream().map(name -> "preset " + name), Stream.of("openai", "anthropic"));
    }

    /** No rule without a sample: what no row needs may be wrong, or hidden behind another. */
    @ParameterizedTest
    @MethodSource("tables")
    void everyRuleHasARow(String name) throws IOException {
        Subject preset = SUBJECTS.get(name);
        ErrorTable table = preset == null || preset.preset() == null
                ? Presets.errors(name)
                : preset.preset().errors();
        List<Row> own = table().stream().filter(row -> speaks(name, row)).toList();
        Set<ErrorTable.Rule> used = new HashSet<>();
        for (Row row : own) {
            byte[] body = row.status == 200 ? inner(row.body) : row.body.getBytes(UTF_8);
            int status = row.status == 200 ? 0 : row.status;
            ErrorTable.Rule rule = table.find(status, UpstreamErrors.parse(status, body));
            if (rule != null) {
                used.add(rule);
            }
        }

        assertThat(table.rules().stream().filter(rule -> !used.contains(rule))).isEmpty();
    }

    private static boolean speaks(String name, Row row) {
        return row.name.equals(name)
                || name.equals("openai") && (row.name.startsWith("preset") || row.name.startsWith("azure"))
                || name.equals("preset dashscope") && row.name.equals("dashscope")
                || name.equals("preset qianfan") && row.name.startsWith("qianfan");
    }

    private static byte[] inner(String body) {
        return body.replaceFirst("^data: ?", "").strip().getBytes(UTF_8);
    }

    static List<Subject> subjects() {
        return Subject.all();
    }

    /** Whatever comes, there is a verdict, and no wait beyond a day for a limit and a month for money. */
    @ParameterizedTest
    @MethodSource("subjects")
    void noAnswerIsBeyondTheBounds(Subject subject) throws IOException {
        Random random = new Random(subject.name().hashCode());
        List<String> values = List.of(
                "",
                "-1",
                "NaN",
                "1e999",
                "99999999999999999999",
                "2099-01-01T00:00:00Z",
                "1999-01-01T00:00:00Z",
                "Fri, 31 Dec 9999 23:59:59 GMT",
                "6m0s",
                "17ms",
                "1769515260000",
                "9".repeat(400),
                "0",
                "\u00b5s");
        List<String> names = List.of(
                "retry-after",
                "retry-after-ms",
                "date",
                "x-ratelimit-remaining-tokens",
                "x-ratelimit-reset-tokens",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "anthropic-ratelimit-tokens-remaining",
                "anthropic-ratelimit-tokens-reset",
                "x-amzn-errortype");
        List<Row> samples = table();
        ProviderAdapter adapter = adapter(subject);
        for (int i = 0; i < 200; i++) {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap();
            for (int h = random.nextInt(4); h > 0; h--) {
                headers.add(names.get(random.nextInt(names.size())), values.get(random.nextInt(values.size())));
            }
            byte[] body = samples.get(random.nextInt(samples.size())).body.getBytes(UTF_8);
            for (int m = random.nextInt(4); m > 0 && body.length > 0; m--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            int status = 400 + random.nextInt(200);

            UpstreamFailure failure = adapter.classify(status, headers, body, NOW);
            UpstreamFailure inside = adapter.inAnswer(UpstreamErrors.inAnswer(body), NOW);

            for (UpstreamFailure each : List.of(failure, inside)) {
                Duration most = Duration.ofDays(each.verdict() instanceof Verdict.OutOfMoney ? 32 : 1);
                assertThat(each.verdict().pause()).as("%s", each).isBetween(Duration.ZERO, most);
                assertThat(each.retryAfter()).isEqualTo(each.verdict().pause());
            }
            if (failure.verdict() instanceof Verdict.SlowDown slow) {
                assertThat(slow.exact()).isIn(slow.pause().isPositive(), false);
                assertThat(slow.limit()).isIn((Object[]) LimitKind.values());
            }
        }
    }
}
