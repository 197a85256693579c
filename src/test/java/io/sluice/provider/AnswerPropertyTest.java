package io.sluice.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/**
 * Streams of every dialect to clients of every dialect: however their bytes are written and cut, they say the same; and
 * whatever becomes of their bytes, they are read or refused.
 */
class AnswerPropertyTest {
    private static final List<String> LINE_ENDS = List.of("\n", "\r\n", "\r");
    private static final String MARKS = "{}[]\":,0-9eE\\\n\r tfnu";

    /**
     * A provider and a client.
     *
     * @param subject the provider
     * @param client the client
     */
    record Pair(Subject subject, Client client) {
        private Wire wire() {
            return subject.wire(client);
        }

        @Override
        public String toString() {
            return subject + " to " + client;
        }
    }

    @Provide
    static Arbitrary<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (Subject subject : Subject.all()) {
            if (subject.preset() == null) {
                for (Client client : Client.values()) {
                    pairs.add(new Pair(subject, client));
                }
            }
        }
        return Arbitraries.of(pairs);
    }

    @Property(tries = 1_000)
    void saysTheSameHoweverItIsWritten(@ForAll("pairs") Pair pair, @ForAll boolean calls, @ForAll long seed) {
        assertSame(pair, calls, seed);
    }

    @Property(tries = 100_000)
    @Tag("proof")
    void saysTheSameHoweverOftenItIsWritten(@ForAll("pairs") Pair pair, @ForAll boolean calls, @ForAll long seed) {
        assertSame(pair, calls, seed);
    }

    private static void assertSame(Pair pair, boolean calls, long seed) {
        Random random = new Random(seed);
        Wire wire = pair.wire();
        List<String> events = calls ? wire.calls() : wire.events();
        byte[] dressed = dressed(wire, events, random);
        Supplier<UpstreamRequest> asked = pair.client.asking(pair.subject, true);

        Reading plain = read(asked, wire, wire.stream(events), null);
        Reading whole = read(asked, wire, dressed, null);
        Reading cut = read(asked, wire, dressed, random);

        assertThat(plain.verdict()).isNull();
        assertThat(cut.verdict()).isNull();
        assertThat(cut.text()).isEqualTo(whole.text());
        assertThat(cut.tap().usage()).isEqualTo(plain.tap().usage());
        assertThat(cut.tap().sawContent()).isTrue();
        if (plain.tap().contentType() != null) {
            // It is translated, and not passed as it came.
            assertThat(cut.text()).isEqualTo(plain.text());
        }
    }

    private static byte[] dressed(Wire wire, List<String> events, Random random) {
        return switch (wire) {
            case BEDROCK -> wire.stream(events);
            case OLLAMA -> lines(events, random).getBytes(UTF_8);
            default -> serverSent(events, random).getBytes(UTF_8);
        };
    }

    private static String lines(List<String> events, Random random) {
        StringBuilder text = new StringBuilder();
        for (String event : events) {
            text.append(event.strip()).append(random.nextBoolean() ? "\n" : "\r\n");
            text.append(random.nextInt(4) == 0 ? "\n" : "");
        }
        return random.nextBoolean() ? text.toString() : text.toString().stripTrailing();
    }

    private static String serverSent(List<String> events, Random random) {
        String end = LINE_ENDS.get(random.nextInt(LINE_ENDS.size()));
        StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\ufeff" : "");
        for (String event : events) {
            if (random.nextInt(4) == 0) {
                text.append(": keep-alive").append(end).append(random.nextBoolean() ? end : "");
            }
            for (String line : event.strip().split("\r?\n")) {
                text.append(data(line, end, random)).append(end);
            }
            text.append(end);
        }
        if (random.nextInt(3) == 0) {
            text.setLength(text.length() - end.length());
            text.setLength(text.length() - (random.nextBoolean() ? end.length() : 0));
        }
        return text.toString();
    }

    /** A line of data in one of its forms: with a blank behind the colon or without, and in several lines. */
    private static String data(String line, String end, Random random) {
        if (!line.startsWith("data:")) {
            return line;
        }
        String json = line.substring(5).strip();
        String name = random.nextBoolean() ? "data: " : "data:";
        int comma = json.indexOf(",\"", random.nextInt(json.length()));
        return comma < 0 || random.nextBoolean()
                ? name + json
                : name + json.substring(0, comma + 1) + end + name + json.substring(comma + 1);
    }

    @Property(tries = 3_000)
    void anyBytesAreReadOrRefused(
            @ForAll("pairs") Pair pair, @ForAll boolean calls, @ForAll boolean stream, @ForAll long seed) {
        assertReadOrRefused(pair, calls, stream, seed);
    }

    @Property(tries = 300_000)
    @Tag("proof")
    void anyBytesAreReadOrRefusedHoweverOften(
            @ForAll("pairs") Pair pair, @ForAll boolean calls, @ForAll boolean stream, @ForAll long seed) {
        assertReadOrRefused(pair, calls, stream, seed);
    }

    private static void assertReadOrRefused(Pair pair, boolean calls, boolean stream, long seed) {
        Random random = new Random(seed);
        Wire wire = pair.wire();
        byte[] answer;
        if (!stream) {
            answer = mutated(wire.whole().getBytes(UTF_8), random);
        } else if (random.nextBoolean()) {
            answer = mutated(wire.stream(calls ? wire.calls() : wire.events()), random);
        } else {
            // Within an event, so that checksums are right.
            List<String> events = new ArrayList<>(calls ? wire.calls() : wire.events());
            int at = random.nextInt(events.size());
            String event = events.get(at);
            int json = Math.max(0, event.indexOf('{'));
            events.set(
                    at,
                    event.substring(0, json)
                            + new String(mutated(event.substring(json).getBytes(UTF_8), random), ISO_8859_1));
            answer = wire.stream(events);
        }
        Supplier<UpstreamRequest> asked = pair.client.asking(pair.subject, stream);

        Reading reading = read(asked, stream ? wire : null, answer, random);

        TokenUsage usage = reading.tap().usage();
        if (usage != null) {
            assertThat(List.of(usage.input(), usage.output(), usage.cachedInput()))
                    .allMatch(tokens -> tokens >= 0);
        }
        assertThat(reading.text().length()).isLessThan(64 * 1_024 + 100 * answer.length);
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        StringBuilder text = new StringBuilder(new String(bytes, ISO_8859_1));
        int changes = 1 + random.nextInt(5);
        for (int i = 0; i < changes && text.length() > 0; i++) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(30));
            char c = random.nextBoolean() ? MARKS.charAt(random.nextInt(MARKS.length())) : (char) random.nextInt(256);
            switch (random.nextInt(6)) {
                case 0, 1 -> text.setCharAt(at, c);
                case 2 -> text.insert(at, c);
                case 3 -> text.delete(at, to);
                case 4 -> text.insert(random.nextInt(text.length()), text.substring(at, to));
                default -> text.setLength(random.nextInt(8) == 0 ? at : text.length());
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    /**
     * Reads an answer.
     *
     * @param wire of a stream; null for an answer in one
     * @param random where it is cut; null for nowhere
     */
    private static Reading read(Supplier<UpstreamRequest> asked, Wire wire, byte[] answer, Random random) {
        ResponseTap tap =
                Objects.requireNonNull(asked.get().answer().tap(wire == null ? "application/json" : wire.streamType()));
        return random == null ? Reading.of(tap, answer, 1 << 20) : Reading.of(tap, answer, random);
    }
}
