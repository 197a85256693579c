package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientSocketTest {
    private final List<Integer> closes = new ArrayList<>();

    private final ClientSocket.Listener listener = new ClientSocket.Listener() {
        @Override
        public void frame(WebSocketFrame frame) {
            throw new AssertionError("nothing was sent");
        }

        @Override
        public void drained() {}

        @Override
        public void flooded() {}

        @Override
        public void closed(int code, @Nullable String reason) {
            closes.add(code);
        }
    };

    /** Vert.x takes no handler of a socket that is closed: the session would never hear of its end. */
    @Test
    void oneThatClosedBehindItsUpgradeSaysSo() {
        ServerWebSocket closed = (ServerWebSocket) Proxy.newProxyInstance(
                ServerWebSocket.class.getClassLoader(),
                new Class<?>[] {ServerWebSocket.class},
                (self, method, args) -> {
                    if (method.getName().equals("isClosed")) {
                        return true;
                    }
                    throw new IllegalStateException("WebSocket is closed");
                });

        new ClientSocket(closed, () -> 1, () -> {}).start(listener);

        assertThat(closes).containsExactly(CloseCodes.NONE);
    }
}
