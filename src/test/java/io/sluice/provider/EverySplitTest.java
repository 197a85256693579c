package io.sluice.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.testkit.ClientSample;
import io.sluice.testkit.ProviderSample;
import io.sluice.testkit.RevisionBuilder;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HARDENING ST-01, ST-05 and U-10 for every pair of a client's and a provider's dialect, where answers are read. */
class EverySplitTest {
    private static final long MOST_HELD = 17L * 1024 * 1024;

    static Stream<Arguments> pairs() {
        return Stream.of(ClientSample.values()).flatMap(client -> Stream.of(ProviderSample.values())
                .filter(provider -> provider != ProviderSample.RESPONSES || client == ClientSample.RESPONSES)
                .map(provider -> Arguments.of(client, provider)));
    }

    private static Candidate candidate(ProviderSample provider) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.type(provider.type())
                                .url(new BaseUrl(false, "127.0.0.1", 1, provider.path()))
                                .redirect("up", "up"))
                        .build()
                        .models()
                        .get("up"))
                .candidates()
                .getFirst();
    }

    private static ResponseTap tap(ClientSample client, ProviderSample provider, boolean stream, String contentType) {
        String text = new String(client.request("k", "up", stream), ISO_8859_1);
        byte[] body = text.substring(text.indexOf("\r\n\r\n") + 4).getBytes(UTF_8);
        boolean array = client == ClientSample.GEMINI_ARRAY && stream;
        RequestScan scan =
                switch (client) {
                    case OPENAI -> RequestScanner.scan(body, Endpoint.CHAT_COMPLETIONS, 64);
                    case RESPONSES -> RequestScanner.scan(body, Endpoint.RESPONSES, 64);
                    case ANTHROPIC -> RequestScanner.scan(body, Endpoint.MESSAGES, 64);
                    case GEMINI, GEMINI_ARRAY ->
                        RequestScanner.scan(
                                body, Endpoint.GENERATE_CONTENT, RequestHead.ofPath("up", stream, array), 64);
                };
        return Objects.requireNonNull(ProviderAdapters.of(provider.type())
                .encode(candidate(provider), scan, new AnswerTarget("id", "up", false, 5, array))
                .answer()
                .tap(contentType));
    }

    /** Everything that goes to the client, and the usage. */
    private record Told(String text, @Nullable TokenUsage usage, boolean complete, boolean failed) {}

    private static Told read(ResponseTap tap, byte[]... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            byte[] chunk = piece.clone();
            tap.feed(chunk, sink(chunk, out));
            Arrays.fill(chunk, (byte) '#');
        }
        tap.end(sink(new byte[0], out));
        out.writeBytes(tap.last());
        return new Told(out.toString(UTF_8), tap.usage(), tap.complete(), tap.error() != null);
    }

    private static ResponseTap.Sink sink(byte[] chunk, ByteArrayOutputStream out) {
        return new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                out.write(chunk, offset, length);
            }

            @Override
            public void write(byte[] bytes) {
                out.writeBytes(bytes);
            }
        };
    }

    private static byte[] joined(ProviderSample provider) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        provider.pieces().forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[][] bytewise(byte[] all) {
        byte[][] pieces = new byte[all.length][];
        for (int i = 0; i < all.length; i++) {
            pieces[i] = new byte[] {all[i]};
        }
        return pieces;
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void everySplitGivesTheSame(ClientSample client, ProviderSample provider) {
        byte[] stream = joined(provider);
        byte[] whole = provider.whole().getBytes(UTF_8);
        for (boolean asStream : new boolean[] {true, false}) {
            byte[] bytes = asStream ? stream : whole;
            String type = asStream ? provider.streamType() : "application/json";
            Told once = read(tap(client, provider, asStream, type), bytes);
            assertThat(once.complete()).isTrue();
            assertThat(once.usage()).isEqualTo(new TokenUsage(3, 0, 2, 0));
            for (int at = 1; at < bytes.length; at++) {
                Told split = read(
                        tap(client, provider, asStream, type),
                        Arrays.copyOf(bytes, at),
                        Arrays.copyOfRange(bytes, at, bytes.length));
                assertThat(split).as("split at %d", at).isEqualTo(once);
            }
            assertThat(read(tap(client, provider, asStream, type), bytewise(bytes)))
                    .isEqualTo(once);
        }
    }

    /** The same events, however lines end, with a mark in front, comments, blank lines and unknown fields between. */
    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void everySpellingOfEventsGivesTheSame(ClientSample client, ProviderSample provider) {
        if (!provider.streamType().equals("text/event-stream")) {
            return;
        }
        String plain = new String(joined(provider), UTF_8);
        Told once = read(tap(client, provider, true, provider.streamType()), plain.getBytes(UTF_8));
        boolean passes = client.name().equals(provider.name());
        for (String spelling : new String[] {
            plain.replace("\n", "\r\n"),
            plain.replace("\n", "\r"),
            "\uFEFF" + plain,
            ": comment\n\n" + plain.replace("data:", ": c\nretry: 5\ndata:"),
            plain.replace("data: ", "data:"),
            plain.stripTrailing()
        }) {
            byte[] bytes = spelling.getBytes(UTF_8);
            for (byte[][] pieces : new byte[][][] {{bytes}, bytewise(bytes)}) {
                Told told = read(tap(client, provider, true, provider.streamType()), pieces);
                assertThat(told.complete()).as(spelling).isTrue();
                assertThat(told.usage()).as(spelling).isEqualTo(once.usage());
                if (!passes) {
                    assertThat(told.text()).as(spelling).isEqualTo(once.text());
                }
            }
        }
    }

    /** Numbers that cannot be are brought into range, or are none: the estimate stands in. Nothing breaks. */
    @ParameterizedTest
    @EnumSource
    void impossibleUsageBreaksNothing(ProviderSample provider) {
        ClientSample client = provider == ProviderSample.RESPONSES ? ClientSample.RESPONSES : ClientSample.OPENAI;
        for (String number : new String[] {
            "-1",
            "1000000000000000000",
            "1e30",
            "99999999999999999999999999999999",
            "\"7\"",
            "\"x\"",
            "null",
            "1.5",
            "[]",
            "{}",
            "true"
        }) {
            for (ClientSample each : new ClientSample[] {client, ClientSample.ANTHROPIC, ClientSample.GEMINI}) {
                if (provider == ProviderSample.RESPONSES && each != client) {
                    continue;
                }
                String whole =
                        provider.whole().replace(":3,", ":" + number + ",").replace(":2,", ":" + number + ",");
                Told told = read(tap(each, provider, false, "application/json"), whole.getBytes(UTF_8));

                assertThat(told.complete() || told.failed()).as(whole).isTrue();
                TokenUsage usage = told.usage();
                if (usage != null) {
                    assertThat(usage.input()).as(whole).isBetween(0L, TokenUsage.MAX);
                    assertThat(usage.output()).as(whole).isBetween(0L, TokenUsage.MAX);
                }
            }
        }
    }

    /** One event without an end: a translator gives up at 16 MiB, a tap lets it flow. */
    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void endlessEventIsBounded(ClientSample client, ProviderSample provider) {
        byte[] beginning = provider == ProviderSample.BEDROCK
                // A frame of 4 GiB less one byte.
                ? new byte[] {-1, -1, -1, -1, 0, 0, 0, 0}
                : (provider.streamType().equals("text/event-stream") ? "data: {\"a\":\"" : "{\"a\":\"").getBytes(UTF_8);
        byte[] piece = new byte[64 * 1024];
        Arrays.fill(piece, (byte) 'x');
        ResponseTap tap = tap(client, provider, true, provider.streamType());
        long[] passed = new long[1];
        ResponseTap.Sink sink = new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                passed[0] += length;
            }

            @Override
            public void write(byte[] bytes) {
                passed[0] += bytes.length;
            }
        };
        tap.feed(beginning, sink);
        long fed = beginning.length;
        while (tap.error() == null && fed < 32L * 1024 * 1024) {
            tap.feed(piece, sink);
            fed += piece.length;
            // Either it has gone on, or it is held, and no more than so much of it.
            assertThat(fed - passed[0] <= MOST_HELD || tap.error() != null)
                    .as("%d bytes fed, %d passed", fed, passed[0])
                    .isTrue();
        }
    }

    /** Events that say nothing cost nothing, and the answer behind them is whole. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", ":\n\n", "event: x\n\n", "data:\n\n"})
    void emptyEventsAreNothing(String event) {
        for (ProviderSample provider : ProviderSample.values()) {
            if (!provider.streamType().equals("text/event-stream")) {
                continue;
            }
            ClientSample client =
                    provider == ProviderSample.RESPONSES ? ClientSample.RESPONSES : ClientSample.ANTHROPIC;
            byte[] empty = event.repeat(50_000).getBytes(UTF_8);

            Told told = read(tap(client, provider, true, provider.streamType()), empty, joined(provider));

            assertThat(told.complete()).as(provider.name()).isTrue();
            assertThat(told.usage()).isEqualTo(new TokenUsage(3, 0, 2, 0));
        }
    }
}
