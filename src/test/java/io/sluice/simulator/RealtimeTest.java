package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class RealtimeTest {
    private static final String ITEM = "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":"
            + "\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"good morning\"}]}}";
    private static final String CREATE = "{\"type\":\"response.create\"}";

    private WebSocketClient sockets;
    private SimulatorClient client;
    private int port;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        port = await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port();
        client = new SimulatorClient(vertx, port);
        sockets = vertx.createWebSocketClient();
    }

    private WebSocket connect(String uri, String header, String value) throws Exception {
        return await(sockets.connect(new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI(uri)
                .addHeader(header, value)));
    }

    /** Sends events and gathers what comes until an event of a type; its arrival ends the talk. */
    private static List<JsonNode> talk(WebSocket socket, String last, String... events) throws Exception {
        List<JsonNode> heard = new ArrayList<>();
        Promise<Void> done = Promise.promise();
        socket.textMessageHandler(text -> {
            try {
                JsonNode event = Json.read(Wording.utf8(text));
                heard.add(event);
                if (event.path("type").asText().equals(last)) {
                    done.tryComplete();
                }
            } catch (JsonProcessingException e) {
                done.tryFail(e);
            }
        });
        for (String event : events) {
            socket.writeTextMessage(event);
        }
        await(done.future());
        return heard;
    }

    @Test
    void saysWhatItWasToldAndTellsUsage() throws Exception {
        WebSocket socket = connect("/v1/realtime?model=gpt-realtime", "authorization", "Bearer k");

        List<JsonNode> heard = talk(socket, "response.done", ITEM, CREATE);

        StringBuilder said = new StringBuilder();
        heard.forEach(event -> {
            if (event.path("type").asText().equals("response.output_text.delta")) {
                said.append(event.path("delta").asText());
            }
        });
        assertThat(said.toString()).isEqualTo("You said: good morning");
        JsonNode usage = heard.get(heard.size() - 1).path("response").path("usage");
        assertThat(usage.path("input_tokens").asInt()).isEqualTo(7);
        assertThat(usage.path("total_tokens").asInt()).isEqualTo(7 + 4);
        assertThat(client.oracle("k").path("requests").asInt()).isEqualTo(1);
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(7 + 4);
    }

    @Test
    void refusesWhatItDoesNotKnowAndWhatIsOverTheLimit() throws Exception {
        client.script("k", "{\"limits\":{\"rpm\":1}}");
        WebSocket socket = connect("/openai/realtime?deployment=d", "api-key", "k");

        List<JsonNode> unknown = talk(socket, "error", "{\"type\":\"sing\"}");
        talk(socket, "response.done", CREATE);
        List<JsonNode> limited = talk(socket, "error", CREATE);

        assertThat(unknown.toString()).contains("'sing'");
        assertThat(limited.get(0).path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void letsNobodyInWithoutAKeyOrAModel() {
        assertThatThrownBy(() -> connect("/v1/realtime?model=m", "x-none", "k"))
                .isInstanceOf(UpgradeRejectedException.class)
                .hasMessageContaining("401");
        assertThatThrownBy(() -> connect("/v1/realtime", "authorization", "Bearer k"))
                .hasMessageContaining("400");
    }
}
