package io.sluice.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.preset.Presets;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every adapter and every preset must do, for clients of every dialect: what it writes, and what it makes of good,
 * cut, broken and hostile answers. What their errors mean is in {@link ErrorContractTest}. A new one is a line in {@link
 * Subject}, and where its dialect is new the samples of it in {@link Wire}.
 */
class AdapterContractTest {
    private static final int[] PIECES = {1, 2, 3, 7, 64, 100_000};

    static List<Subject> subjects() {
        return Subject.all();
    }

    static Stream<Arguments> pairs() {
        return Subject.all().stream()
                .flatMap(subject -> Stream.of(Client.values()).map(client -> Arguments.of(subject, client)));
    }

    /** Clients of every adapter: a preset differs from its adapter by data, which changes nothing in this. */
    static Stream<Arguments> adapters() {
        return pairs().filter(pair -> ((Subject) pair.get()[0]).preset() == null);
    }

    @Test
    void noAdapterAndNoPresetIsLeftOut() {
        assertThat(Subject.all()).extracting(Subject::type).contains(ProviderType.values());
        assertThat(Subject.all())
                .extracting(Subject::name)
                .containsAll(
                        Presets.NAMES.stream().map(name -> "preset " + name).toList());
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void theKeyStandsInItsPlaceAlone(Subject subject, Client client) {
        for (boolean stream : new boolean[] {false, true}) {
            UpstreamRequest request = client.ask(subject, stream);

            StringBuilder elsewhere = new StringBuilder(new String(request.body(), UTF_8));
            String secret = subject.key().substring(subject.key().indexOf(':') + 1);
            switch (subject.credential()) {
                case "query" -> {
                    assertThat(request.uri()).endsWith("?" + subject.key());
                    elsewhere.append(request.headers());
                }
                case "signature" -> {
                    assertThat(request.headers().get("authorization"))
                            .startsWith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20231114/eu-central-1/");
                    elsewhere.append(request.uri()).append(request.headers());
                }
                default -> {
                    String[] place = subject.credential().split(": ", 2);
                    assertThat(request.headers()).containsEntry(place[0], place[1] + subject.key());
                    elsewhere.append(request.uri());
                    request.headers().forEach((name, value) -> {
                        if (!name.equals(place[0])) {
                            elsewhere.append(name).append(value);
                        }
                    });
                }
            }
            assertThat(elsewhere.toString()).doesNotContain(secret);
            assertThat(request.toString()).doesNotContain(secret);
            assertThat(subject.candidate().toString()).doesNotContain(secret);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void asksAtItsPath(Subject subject, Client client) {
        assertThat(client.ask(subject, false).uri()).isEqualTo(subject.uri(client, false));
        assertThat(client.ask(subject, true).uri()).isEqualTo(subject.uri(client, true));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void readsAnAnswer(Subject subject, Client client) {
        byte[] answer = subject.wire(client).whole().getBytes(UTF_8);
        Supplier<UpstreamRequest> asked = client.asking(subject, false);
        Set<String> read = new HashSet<>();
        for (int piece : PIECES) {
            Reading reading = Reading.of(tap(asked, "application/json"), answer, piece);

            assertWhole(reading);
            assertThat(reading.text()).contains("\"Hi there\"");
            read.add(reading.text());
        }
        assertThat(read).as("however it is cut").hasSize(1);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void readsAStream(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        Supplier<UpstreamRequest> asked = client.asking(subject, true);
        Set<String> read = new HashSet<>();
        for (int piece : PIECES) {
            Reading reading = Reading.of(tap(asked, wire.streamType()), stream(wire), piece);

            assertWhole(reading);
            assertThat(reading.text()).contains("\"Hi\"", "\" there\"");
            read.add(reading.text());
        }
        assertThat(read).as("however it is cut").hasSize(1);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void readsACall(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        Supplier<UpstreamRequest> asked = client.asking(subject, true);
        Set<String> read = new HashSet<>();
        for (int piece : PIECES) {
            Reading reading = Reading.of(tap(asked, wire.streamType()), wire.stream(wire.calls()), piece);

            assertThat(reading.verdict()).as(reading.text()).isNull();
            assertThat(reading.text()).contains("get_weather", "Oslo");
            read.add(reading.text());
        }
        assertThat(read).as("however it is cut").hasSize(1);
    }

    /** Some services stream whatever is asked, others never do. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void readsWhatItDidNotAskFor(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        Supplier<UpstreamRequest> stream = client.asking(subject, true);
        Supplier<UpstreamRequest> one = client.asking(subject, false);

        assertWhole(Reading.of(tap(stream, "application/json"), wire.whole().getBytes(UTF_8), 64));
        assertWhole(Reading.of(tap(one, wire.streamType()), stream(wire), 64));
    }

    private static void assertWhole(Reading reading) {
        assertThat(reading.verdict()).as(reading.text()).isNull();
        TokenUsage usage = Objects.requireNonNull(reading.tap().usage());
        assertThat(usage.input()).isEqualTo(9);
        assertThat(usage.output()).isEqualTo(2);
        assertThat(reading.tap().sawContent()).isTrue();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("adapters")
    void aCutIsNoSuccess(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        Supplier<UpstreamRequest> one = client.asking(subject, false);
        Supplier<UpstreamRequest> pieces = client.asking(subject, true);
        byte[] whole = wire.whole().getBytes(UTF_8);
        for (int at = 0; at < whole.length; at++) {
            Reading reading = Reading.of(tap(one, "application/json"), Arrays.copyOf(whole, at), 100_000);
            assertThat(reading.verdict()).as("cut at %d", at).isIn(Kind.TRUNCATED, Kind.BAD_RESPONSE);
        }
        byte[] stream = stream(wire);
        int end = lengthTo(wire, wire.finishing())
                + lastOf(wire.event(wire.events().get(wire.finishing())));
        for (int at = 0; at < end; at++) {
            Reading reading = Reading.of(tap(pieces, wire.streamType()), Arrays.copyOf(stream, at), 64);
            assertThat(reading.verdict())
                    .as("cut at %d: %s", at, reading.text())
                    .isIn(Kind.TRUNCATED, Kind.BAD_RESPONSE);
        }
    }

    private static int lengthTo(Wire wire, int event) {
        return wire.events().subList(0, event).stream()
                .mapToInt(text -> wire.event(text).length)
                .sum();
    }

    /** Where an event is whole but for the line behind it; for a frame its last byte. */
    private static int lastOf(byte[] event) {
        int last = event.length;
        while (last > 1 && event[last - 1] == '\n' || event[last - 1] == '\r') {
            last--;
        }
        return last - 1;
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void anErrorInTheAnswerIsAFailureAndNoText(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        Supplier<UpstreamRequest> one = client.asking(subject, false);
        Supplier<UpstreamRequest> pieces = client.asking(subject, true);
        for (int piece : PIECES) {
            Reading whole =
                    Reading.of(tap(one, "application/json"), wire.error().getBytes(UTF_8), piece);
            Reading late = Reading.of(
                    tap(pieces, wire.streamType()),
                    join(Arrays.copyOf(stream(wire), lengthTo(wire, 2)), wire.errorEvent()),
                    piece);
            Reading first = Reading.of(tap(pieces, wire.streamType()), wire.errorEvent(), piece);

            if (wire != Wire.BEDROCK) {
                // Bedrock never tells an error with status 200, but in a stream.
                assertThat(whole.verdict()).as(whole.text()).isEqualTo(Kind.SERVER_ERROR);
            }
            assertThat(late.verdict()).as(late.text()).isEqualTo(Kind.SERVER_ERROR);
            assertThat(first.verdict()).as(first.text()).isEqualTo(Kind.SERVER_ERROR);
            assertThat(whole.text() + first.text()).isEmpty();
            assertThat(late.text()).doesNotContain(Wire.ERROR_WORDS);
        }
    }

    /** What a proxy, a wrong address or a broken service answers in the place of JSON, under its content type. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void whatIsNoAnswerIsAFailure(Subject subject, Client client) {
        List<String> answers = List.of(
                "",
                " \r\n",
                "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
                "upstream connect error or disconnect/reset before headers",
                "\u001f\u008b\u0008\u0000\u0000\u0000",
                "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
                "[",
                "nul",
                "\"Hi there\"",
                "42",
                "{\"a\":",
                "[]");
        for (String answer : answers) {
            for (boolean stream : new boolean[] {false, true}) {
                String type = stream ? subject.wire(client).streamType() : "application/json";
                Reading reading =
                        Reading.of(tap(client.asking(subject, stream), type), answer.getBytes(ISO_8859_1), 64);

                assertThat(reading.verdict())
                        .as("'%s', stream: %s", answer, stream)
                        .isIn(Kind.TRUNCATED, Kind.BAD_RESPONSE, Kind.SERVER_ERROR);
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void readsNoOtherContentType(Subject subject, Client client) {
        for (boolean stream : new boolean[] {false, true}) {
            for (String type : List.of("text/html", "text/html; charset=utf-8", "application/pdf", "image/png")) {
                assertThat(client.ask(subject, stream).answer().tap(type))
                        .as(type)
                        .isNull();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("adapters")
    void anyFieldMayBeWrongOrMissing(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        Supplier<UpstreamRequest> one = client.asking(subject, false);
        Supplier<UpstreamRequest> pieces = client.asking(subject, true);
        for (String mutant : Mutants.of(wire.whole())) {
            assertHarmless(Reading.of(tap(one, "application/json"), mutant.getBytes(UTF_8), 100_000), mutant);
        }
        assertHarmless(wire, wire.events(), pieces);
        if (subject.preset() == null) {
            assertHarmless(wire, wire.calls(), pieces);
        }
    }

    private static void assertHarmless(Wire wire, List<String> events, Supplier<UpstreamRequest> asked) {
        for (int i = 0; i < events.size(); i++) {
            String event = events.get(i);
            int from = event.indexOf('{');
            int to = event.lastIndexOf('}') + 1;
            for (String mutant : from < 0 ? List.<String>of() : Mutants.of(event.substring(from, to))) {
                List<String> mutated = new ArrayList<>(events);
                mutated.set(i, event.substring(0, from) + mutant + event.substring(to));
                assertHarmless(Reading.of(tap(asked, wire.streamType()), wire.stream(mutated), 100_000), mutant);
            }
        }
    }

    /** No exception, no nonsense in the books, no fault laid on the client or the account. */
    private static void assertHarmless(Reading reading, String mutant) {
        assertThat(reading.verdict()).as(mutant).isIn(null, Kind.TRUNCATED, Kind.BAD_RESPONSE, Kind.SERVER_ERROR);
        TokenUsage usage = reading.tap().usage();
        if (usage != null) {
            assertThat(List.of(usage.input(), usage.output(), usage.cachedInput()))
                    .as(mutant)
                    .allMatch(tokens -> tokens >= 0);
        }
        assertThat(reading.tap().estimatedOutputTokens()).isNotNegative();
    }

    /** A line, or a text, that does not end: either it is given up, or it is passed on and not kept. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("adapters")
    void anEndlessAnswerIsNotKept(Subject subject, Client client) {
        Wire wire = subject.wire(client);
        byte[] filler = "x".repeat(1 << 20).getBytes(UTF_8);
        String start = wire.whole().substring(0, wire.whole().indexOf("Hi there"));
        byte[] event = wire.event(wire.events().get(1));

        assertNotKept(tap(client.asking(subject, false), "application/json"), start.getBytes(UTF_8), filler);
        assertNotKept(
                tap(client.asking(subject, true), wire.streamType()), Arrays.copyOf(event, event.length / 2), filler);
    }

    private static void assertNotKept(ResponseTap tap, byte[] start, byte[] filler) {
        long[] out = {0};
        ResponseTap.Sink sink = new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                out[0] += length;
            }

            @Override
            public void write(byte[] bytes) {
                out[0] += bytes.length;
            }
        };
        tap.feed(start, sink);
        long fed = 0;
        // What is passed on goes on for ever; what is gathered ends at its bound.
        while (tap.error() == null && (fed < 4L << 20 || fed - out[0] > 1L << 20) && fed < 80L << 20) {
            tap.feed(filler, sink);
            fed += filler.length;
        }
        if (tap.error() == null) {
            assertThat(fed - out[0]).as("bytes that are kept").isLessThanOrEqualTo(1L << 20);
        } else {
            assertThat(tap.error().kind()).isIn(Kind.BAD_RESPONSE, Kind.SERVER_ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void learnsTheLimitsThatItsHeadersTell(Subject subject) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (String name : List.of("requests", "tokens")) {
            headers.add("x-ratelimit-limit-" + name, "50")
                    .add("x-ratelimit-remaining-" + name, "40")
                    .add("x-ratelimit-reset-" + name, "12s")
                    .add("anthropic-ratelimit-" + name + "-limit", "50")
                    .add("anthropic-ratelimit-" + name + "-remaining", "40");
        }

        Observation seen = subject.adapter().observe(subject.candidate(), headers);

        for (Dimension dimension : Dimension.values()) {
            boolean learned = subject.learns().contains(dimension);
            assertThat(seen == null ? 0 : seen.limits().get(dimension))
                    .as(dimension.name())
                    .isEqualTo(learned ? 50 : 0);
            assertThat(seen == null ? 0 : seen.remaining().get(dimension))
                    .as(dimension.name())
                    .isEqualTo(learned ? 40 : 0);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void nonsenseInHeadersTellsNothing(Subject subject) {
        for (String value :
                List.of("", "-1", "0", "NaN", "1e309", "9".repeat(40), "\u0660", "x".repeat(10_000), "1,2")) {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap();
            for (String name : List.of("requests", "tokens", "input-tokens", "output-tokens")) {
                for (String what : List.of("limit", "remaining", "reset")) {
                    headers.add("x-ratelimit-" + what + "-" + name, value);
                    headers.add("anthropic-ratelimit-" + name + "-" + what, value);
                }
            }

            assertThat(subject.adapter().observe(subject.candidate(), headers)).isNull();
        }
    }

    private static ResponseTap tap(Supplier<UpstreamRequest> asked, String contentType) {
        return Objects.requireNonNull(asked.get().answer().tap(contentType));
    }

    private static byte[] stream(Wire wire) {
        return wire.stream(wire.events());
    }

    private static byte[] join(byte[] before, byte[] behind) {
        byte[] both = Arrays.copyOf(before, before.length + behind.length);
        System.arraycopy(behind, 0, both, before.length, behind.length);
        return both;
    }
}
