package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageGateTest {
    private final List<String> seen = new ArrayList<>();
    private final MessageGate gate =
            new MessageGate(Set.of("held"), 10_000, new EdgeLimits(HttpBounds.DEFAULT), new MessageGate.Side() {
                @Override
                public void pass(WebSocketFrame frame, String type) {
                    seen.add((frame.isFinal() ? "last " : "part ") + frame.binaryData());
                }

                @Override
                public void message(String type, byte[] text, List<WebSocketFrame> frames) {
                    seen.add(type + " " + new String(text, StandardCharsets.UTF_8) + " in " + frames.size());
                }

                @Override
                public void tooLarge() {
                    seen.add("too large");
                }
            });

    private void say(String text, int piece) {
        for (int at = 0; at < text.length(); at += piece) {
            String part = text.substring(at, Math.min(text.length(), at + piece));
            boolean last = at + piece >= text.length();
            gate.take(
                    at == 0
                            ? WebSocketFrame.textFrame(part, last)
                            : WebSocketFrame.continuationFrame(Buffer.buffer(part), last));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16, 1000})
    void holdsWhatIsLookedAtAndPassesTheRestHoweverItIsCut(int piece) {
        String held = "{\"a\":\"x\",\"type\":\"held\",\"b\":1}";
        String other = "{\"a\":\"x\",\"type\":\"other\",\"b\":1}";

        say(held, piece);
        say(other, piece);
        say("no json", piece);
        say(held, piece);

        int frames = Math.ceilDiv(held.length(), piece);
        assertThat(seen.getFirst()).isEqualTo("held " + held + " in " + frames);
        assertThat(seen.getLast()).isEqualTo(seen.getFirst());
        List<String> passed = seen.subList(1, seen.size() - 1);
        assertThat(String.join("", passed).replace("part ", "").replace("last ", ""))
                .isEqualTo(other + "no json");
        assertThat(passed).filteredOn(frame -> frame.startsWith("last ")).hasSize(2);
        assertThat(passed).hasSize(Math.ceilDiv(other.length(), piece) + Math.ceilDiv(7, piece));
    }

    @Test
    void passesBinaryMessagesUnread() {
        gate.take(WebSocketFrame.binaryFrame(Buffer.buffer("{\"type\":\"held\"}"), true));

        assertThat(seen).containsExactly("last {\"type\":\"held\"}");
    }

    @Test
    void boundsMessagesThatPassAndThoseThatAreHeld() {
        say("{\"type\":\"other\",\"x\":\"" + "y".repeat(10_000) + "\"}", 4_000);
        int passed = seen.size();

        assertThat(seen).hasSize(3).last().isEqualTo("too large");
        MessageGate full = new MessageGate(
                Set.of("held"),
                10_000,
                new EdgeLimits(
                        io.sluice.testkit.Bounds.defaults().bodyMemory(10).build()),
                side());
        full.take(WebSocketFrame.textFrame("{\"type\":\"held\"}", true));
        assertThat(seen.subList(passed, seen.size())).containsExactly("too large");
    }

    private MessageGate.Side side() {
        return new MessageGate.Side() {
            @Override
            public void pass(WebSocketFrame frame, String type) {
                seen.add("passed");
            }

            @Override
            public void message(String type, byte[] text, List<WebSocketFrame> frames) {
                seen.add("message");
            }

            @Override
            public void tooLarge() {
                seen.add("too large");
            }
        };
    }
}
