package io.sluice.domain.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.pool.ProviderType;
import io.sluice.testkit.EventStreamFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each pair writes, whole: the request that says all that the client's dialect can say, and an answer with thinking,
 * text, two calls and usage, in one piece and as a stream. Files below {@code src/test/resources/golden}: of a client's
 * dialect {@code CLIENT/request.json}, {@code CLIENT/to-TYPE.json}, {@code CLIENT/from-TYPE.json} and {@code
 * CLIENT/from-TYPE.txt}; the answers of providers in {@code answers/TYPE}. {@code -Dsluice.golden=write} writes what comes
 * out: read the difference.
 */
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    static List<Pair> pairs() {
        return Pair.translated().stream()
                // Its codec is OpenAI's.
                .filter(pair -> pair.type() != ProviderType.AZURE)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void requestIsAsItWas(Pair pair) throws IOException {
        Losses losses = new Losses(pair.client(), true);
        ObjectNode golden = Json.object();
        JsonNode body = pair.write(Pair.sample(pair.client()), losses);
        ArrayNode lost = golden.putArray("lost");
        losses.fields().forEach(lost::add);
        golden.set("body", body);

        check(pair, "to-" + pair.type().word() + ".json", pretty(golden) + "\n");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void answerInOneIsAsItWas(Pair pair) throws IOException {
        String written = answer(
                pair, false, "application/json", source(pair, "whole.json").getBytes(UTF_8));

        check(pair, "from-" + pair.type().word() + ".json", pretty(Objects.requireNonNull(Json.read(written))) + "\n");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void streamIsAsItWas(Pair pair) throws IOException {
        String text = source(pair, "stream.txt");
        String written =
                switch (pair.type()) {
                    case BEDROCK -> answer(pair, true, "application/vnd.amazon.eventstream", framed(text));
                    case OLLAMA -> answer(pair, true, "application/x-ndjson", text.getBytes(UTF_8));
                    default -> answer(pair, true, "text/event-stream", text.getBytes(UTF_8));
                };

        check(pair, "from-" + pair.type().word() + ".txt", written);
    }

    private static String source(Pair pair, String name) {
        return Pair.resource("/golden/answers/" + pair.type().word() + "/" + name);
    }

    /** Each line is the type of an event, a blank and its JSON. */
    private static byte[] framed(String lines) {
        EventStreamFrames frames = new EventStreamFrames();
        lines.lines().forEach(line -> {
            int blank = line.indexOf(' ');
            frames.event(line.substring(0, blank), line.substring(blank + 1));
        });
        return frames.bytes();
    }

    private static String answer(Pair pair, boolean stream, String contentType, byte[] bytes) {
        ObjectNode asked = Pair.sample(pair.client());
        asked.put("stream", stream);
        AnswerEncoder encoder = Dialects.client(pair.client())
                .answerEncoder(
                        Dialects.client(pair.client()).decodeRequest(asked, "house-model", stream),
                        new AnswerTarget("golden-1", "house-model", true, 1_790_000_000L));
        AnswerDecoder decoder = Objects.requireNonNull(pair.codec().answerDecoder(contentType, stream));
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        Consumer<ChatEvent> events = event -> {
            assertThat(event).isNotInstanceOf(ChatEvent.Failed.class);
            encoder.encode(event, written::writeBytes);
        };
        decoder.feed(bytes, events);
        decoder.end(events);
        written.writeBytes(encoder.last());
        return written.toString(UTF_8);
    }

    private static void check(Pair pair, String name, String actual) throws IOException {
        Path file = GOLDEN.resolve(pair.client().word()).resolve(name);
        if ("write".equals(System.getProperty("sluice.golden"))) {
            Files.writeString(file, actual);
        }
        assertThat(actual).as("%s: -Dsluice.golden=write writes it anew", file).isEqualTo(Files.readString(file));
    }

    /** Objects and lists that are short stand in one line. */
    private static String pretty(JsonNode node) {
        StringBuilder out = new StringBuilder();
        pretty(node, 0, out);
        return out.toString();
    }

    private static void pretty(JsonNode node, int depth, StringBuilder out) {
        String flat = Json.text(node);
        if (!node.isContainerNode() || flat.length() + depth <= 110) {
            out.append(flat);
            return;
        }
        boolean object = node.isObject();
        out.append(object ? '{' : '[');
        String between = "\n";
        if (object) {
            for (var member : node.properties()) {
                out.append(between).append(" ".repeat(depth + 2));
                out.append(Json.text(Json.NODES.textNode(member.getKey()))).append(": ");
                pretty(member.getValue(), depth + 2, out);
                between = ",\n";
            }
        } else {
            for (JsonNode item : node) {
                out.append(between).append(" ".repeat(depth + 2));
                pretty(item, depth + 2, out);
                between = ",\n";
            }
        }
        out.append('\n').append(" ".repeat(depth)).append(object ? '}' : ']');
    }
}
