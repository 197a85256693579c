package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Realtime sessions over WebSocket, of OpenAI ({@code /v1/realtime?model=}) and Azure ({@code /openai/v1/realtime} and
 * {@code /openai/realtime?api-version=&deployment=}): they say what they were told. Each {@code response.create} counts
 * as a request. Belongs to its event loop.
 */
final class RealtimeHandler {
    private static final Set<String> PATHS = Set.of("/v1/realtime", "/openai/v1/realtime", "/openai/realtime");
    private static final String KEY_PROTOCOL = "openai-insecure-api-key.";

    private final Simulation simulation;

    RealtimeHandler(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Lets a client in or refuses it with a status. */
    void shake(ServerWebSocketHandshake handshake) {
        String path = String.valueOf(handshake.path());
        if (!PATHS.contains(path)) {
            handshake.reject(404);
        } else if (session(path, handshake.headers()) == null) {
            handshake.reject(401);
        } else if (parameter(handshake.query(), path.equals("/openai/realtime") ? "deployment" : "model")
                .isEmpty()) {
            handshake.reject(400);
        } else {
            handshake.accept();
        }
    }

    private @Nullable Credential session(String path, MultiMap headers) {
        String name = path.startsWith("/openai/") ? headers.get("api-key") : null;
        String bearer = headers.get(HttpHeaders.AUTHORIZATION);
        if (name == null && bearer != null && bearer.startsWith("Bearer ")) {
            name = bearer.substring("Bearer ".length());
        }
        String protocols = headers.get("sec-websocket-protocol");
        if (name == null && protocols != null) {
            for (String protocol : protocols.split(", *")) {
                name = protocol.startsWith(KEY_PROTOCOL) ? protocol.substring(KEY_PROTOCOL.length()) : name;
            }
        }
        return name == null || name.isEmpty() ? null : simulation.accepted(name);
    }

    private static String parameter(@Nullable String query, String name) {
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                return Route.decoded(pair.substring(name.length() + 1));
            }
        }
        return "";
    }

    /** Serves a session. */
    void serve(ServerWebSocket socket) {
        String path = String.valueOf(socket.path());
        Credential credential = session(path, socket.headers());
        if (credential == null) {
            socket.close();
            return;
        }
        String model = parameter(socket.query(), path.equals("/openai/realtime") ? "deployment" : "model");
        new Session(socket, credential, model).begin();
    }

    /** One session. */
    private final class Session {
        private final ServerWebSocket socket;
        private final Credential credential;
        private final String model;
        private final String id = "sess_sim" + simulation.nextNumber();
        private long inputTokens;
        private long audioBytes;
        private String said = "";
        private int events;

        Session(ServerWebSocket socket, Credential credential, String model) {
            this.socket = socket;
            this.credential = credential;
            this.model = model;
        }

        void begin() {
            send("session.created", "\"session\":" + session("{}"));
            socket.textMessageHandler(this::take);
            socket.binaryMessageHandler(bytes -> error("invalid_request_error", "Binary messages are not supported."));
        }

        private String session(String asked) {
            return "{\"id\":\"" + id + "\",\"object\":\"realtime.session\",\"type\":\"realtime\",\"model\":"
                    + quote(model) + ",\"output_modalities\":[\"text\"],\"asked\":" + asked + "}";
        }

        private void send(String type, String fields) {
            socket.writeTextMessage(
                    "{\"type\":\"" + type + "\",\"event_id\":\"event_" + id + "_" + events++ + "\"," + fields + "}");
        }

        private void error(String type, String message) {
            send(
                    "error",
                    "\"error\":{\"type\":\"" + type + "\",\"code\":"
                            + (type.equals("tokens") ? "\"rate_limit_exceeded\"" : "null") + ",\"message\":"
                            + quote(message) + ",\"param\":null,\"event_id\":null}");
        }

        private void take(String text) {
            JsonNode event;
            try {
                event = Json.read(Wording.utf8(text));
            } catch (JsonProcessingException e) {
                error("invalid_request_error", "The event is not valid JSON.");
                return;
            }
            String type = event.path("type").asText();
            switch (type) {
                case "session.update" ->
                    send(
                            "session.updated",
                            "\"session\":" + session(event.path("session").toString()));
                case "conversation.item.create" -> item(event.path("item"));
                case "input_audio_buffer.append" ->
                    audioBytes += event.path("audio").asText().length() * 3L / 4;
                case "input_audio_buffer.commit" -> {
                    inputTokens += Math.max(1, audioBytes / 2_400);
                    said = audioBytes + " bytes of sound";
                    audioBytes = 0;
                    send("input_audio_buffer.committed", "\"item_id\":\"item_" + simulation.nextNumber() + "\"");
                }
                case "input_audio_buffer.clear" -> {
                    audioBytes = 0;
                    send("input_audio_buffer.cleared", "\"cleared\":true");
                }
                case "response.create" -> answer();
                case "response.cancel" ->
                    error("invalid_request_error", "Cancellation failed: no active response found");
                default ->
                    error(
                            "invalid_request_error",
                            String.format(Locale.ROOT, "Invalid value: '%s'. Not a known event type.", type));
            }
        }

        private void item(JsonNode item) {
            StringBuilder text = new StringBuilder();
            if (item.path("type").asText().equals("function_call_output")) {
                text.append(item.path("output").asText());
            }
            for (JsonNode part : item.path("content")) {
                text.append(part.path("text").asText(part.path("transcript").asText()));
            }
            if (text.isEmpty()) {
                error("invalid_request_error", "Missing required parameter: 'item.content'.");
                return;
            }
            said = text.toString();
            inputTokens += ChatMessages.tokens(said) + 4;
            send("conversation.item.created", "\"previous_item_id\":null,\"item\":" + item);
        }

        private void answer() {
            simulation.stats().arrived();
            Credential.Arrival arrival = credential.arrive();
            Fault fault = arrival.fault();
            var pieces = Reply.pieces("You said: " + (said.isEmpty() ? "nothing" : said));
            if (fault != null && fault.kind() != Fault.Kind.NO_USAGE) {
                fail(arrival, fault, pieces.get(0));
                return;
            }
            if (!credential.charge(arrival, inputTokens, pieces.size())) {
                credential.end(arrival);
                simulation.stats().ended(Stats.Ending.COMPLETED);
                error("tokens", "Rate limit reached for " + model + ". Please try again later.");
                return;
            }
            String response = "resp_sim" + simulation.nextNumber();
            String item = "item_" + response;
            String at = "\"response_id\":\"" + response + "\",\"item_id\":\"" + item
                    + "\",\"output_index\":0,\"content_index\":0";
            String head = "\"response\":{\"id\":\"" + response + "\",\"object\":\"realtime.response\",";
            String message = "{\"id\":\"" + item + "\",\"object\":\"realtime.item\",\"type\":\"message\",\"role\":"
                    + "\"assistant\",\"content\":[";
            String whole = quote(String.join("", pieces));
            send("response.created", head + "\"status\":\"in_progress\",\"output\":[],\"usage\":null}");
            send(
                    "response.output_item.added",
                    "\"response_id\":\"" + response + "\",\"output_index\":0,\"item\":" + message + "]}");
            send("response.content_part.added", at + ",\"part\":{\"type\":\"text\",\"text\":\"\"}");
            pieces.forEach(piece -> send("response.output_text.delta", at + ",\"delta\":" + quote(piece)));
            send("response.output_text.done", at + ",\"text\":" + whole);
            String done = message + "{\"type\":\"output_text\",\"text\":" + whole + "}]}";
            send(
                    "response.output_item.done",
                    "\"response_id\":\"" + response + "\",\"output_index\":0,\"item\":" + done);
            String usage = fault != null
                    ? "null"
                    : "{\"total_tokens\":" + (inputTokens + pieces.size()) + ",\"input_tokens\":" + inputTokens
                            + ",\"output_tokens\":" + pieces.size()
                            + ",\"input_token_details\":{\"text_tokens\":" + inputTokens
                            + ",\"audio_tokens\":0,\"cached_tokens\":0},\"output_token_details\":{\"text_tokens\":"
                            + pieces.size() + ",\"audio_tokens\":0}}";
            send("response.done", head + "\"status\":\"completed\",\"output\":[" + done + "],\"usage\":" + usage + "}");
            credential.settle(arrival, inputTokens, pieces.size());
            simulation.stats().ended(Stats.Ending.COMPLETED);
        }

        /** What goes wrong: an error event, broken JSON, silence, or the end of the connection. */
        private void fail(Credential.Arrival arrival, Fault fault, String piece) {
            credential.end(arrival);
            simulation.stats().ended(Stats.Ending.FAILED);
            switch (fault.kind()) {
                case STATUS, ERROR_EVENT ->
                    error("server_error", "The server had an error while processing your request.");
                case MALFORMED -> socket.writeTextMessage("{\"type\":\"response.output_text.delta\",\"del");
                case STALL, SLOW_HEADERS -> {}
                default -> {
                    send("response.output_text.delta", "\"delta\":" + quote(piece));
                    socket.close((short) 1011, "simulated");
                }
            }
        }
    }
}
