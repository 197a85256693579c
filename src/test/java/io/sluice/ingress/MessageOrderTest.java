package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageOrderTest {
    private final List<String> written = new ArrayList<>();
    private final MessageOrder order =
            new MessageOrder(frame -> written.add(frame.binaryData().toString()));

    @Test
    void saysNothingInsideAMessage() {
        order.say("first");
        order.pass(WebSocketFrame.textFrame("a", false));
        order.say("own");
        order.pass(WebSocketFrame.continuationFrame(Buffer.buffer("b"), false));
        assertThat(order.isInMessage()).isTrue();
        assertThat(order.waiting()).isOne();
        order.pass(WebSocketFrame.continuationFrame(Buffer.buffer("c"), true));
        order.pass("changed", List.of());

        assertThat(written).containsExactly("first", "a", "b", "c", "own", "changed");
        assertThat(order.isInMessage()).isFalse();
    }

    @Test
    void goesOnWhenTheLastFrameWentAnotherWay() {
        order.pass(WebSocketFrame.textFrame("a", false));
        order.say("own");

        order.ended();

        assertThat(written).containsExactly("a", "own");
    }
}
