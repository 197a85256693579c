package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Realtime sessions over WebSocket, of OpenAI ({@code /v1/realtime?model=}) and Azure ({@code /openai/v1/realtime} and
 * {@code /openai/realtime?api-version=&deployment=}): they say what they were told, as text, or where the session asks
 * for it as sound. Each response counts as a request. With voice activity detection, speech ends after two seconds, and is
 * answered without being asked. Belongs to its event loop.
 */
final class RealtimeHandler {
    private static final Set<String> PATHS = Set.of("/v1/realtime", "/openai/v1/realtime", "/openai/realtime");
    private static final String KEY_PROTOCOL = "openai-insecure-api-key.";

    /** 24 kHz PCM of 16 bits: a token is 100 ms, speech ends after 2 s, less than 100 ms is no speech. */
    private static final int SOUND_BYTES_PER_TOKEN = 4_800;

    private static final int SPEECH = 96_000;
    private static final int LEAST_SOUND = 4_800;

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
        private long soundTokens;
        private long audioBytes;
        private String said = "";
        private boolean listens;
        private boolean answersByItself;
        private boolean speaks;
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
                    + quote(model) + ",\"output_modalities\":[\"" + (speaks ? "audio" : "text") + "\"],\"asked\":"
                    + asked
                    + "}";
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
                case "session.update" -> update(event.path("session"));
                case "conversation.item.create" -> item(event.path("item"));
                case "input_audio_buffer.append" -> hear(event.path("audio"));
                case "input_audio_buffer.commit" -> {
                    if (audioBytes < LEAST_SOUND) {
                        error("invalid_request_error", "Error committing input audio buffer: buffer too small.");
                    } else {
                        commit();
                    }
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

        private void update(JsonNode session) {
            if (!session.isObject()) {
                error("invalid_request_error", "Missing required parameter: 'session'.");
                return;
            }
            if (session.has("model") && !session.path("model").asText().equals(model)) {
                error("invalid_request_error", "The model of a session cannot be changed.");
                return;
            }
            JsonNode detection = session.path("audio").path("input").path("turn_detection");
            if (detection.isMissingNode()) {
                detection = session.path("turn_detection");
            }
            if (!detection.isMissingNode()) {
                listens = detection.isObject();
                answersByItself = listens && detection.path("create_response").asBoolean(true);
            }
            if (session.has("output_modalities")) {
                speaks = session.path("output_modalities").toString().contains("audio");
            }
            send("session.updated", "\"session\":" + session(session.toString()));
        }

        private void hear(JsonNode audio) {
            int bytes;
            try {
                bytes = Base64.getDecoder().decode(audio.asText()).length;
            } catch (IllegalArgumentException e) {
                error("invalid_request_error", "Invalid 'audio'. Expected base64-encoded audio bytes.");
                return;
            }
            if (listens && audioBytes == 0 && bytes > 0) {
                send("input_audio_buffer.speech_started", "\"audio_start_ms\":0");
            }
            audioBytes += bytes;
            if (listens && audioBytes >= SPEECH) {
                send("input_audio_buffer.speech_stopped", "\"audio_end_ms\":2000");
                commit();
                if (answersByItself) {
                    answer();
                }
            }
        }

        private void commit() {
            inputTokens += audioBytes / SOUND_BYTES_PER_TOKEN;
            soundTokens += audioBytes / SOUND_BYTES_PER_TOKEN;
            said = audioBytes + " bytes of sound";
            audioBytes = 0;
            send("input_audio_buffer.committed", "\"item_id\":\"item_" + simulation.nextNumber() + "\"");
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
            String kind = speaks ? "audio" : "text";
            String named = speaks ? "transcript" : "text";
            send("response.content_part.added", at + ",\"part\":{\"type\":\"" + kind + "\",\"" + named + "\":\"\"}");
            pieces.forEach(piece -> send(
                    "response.output_" + kind + ".delta",
                    at + ",\"delta\":"
                            + quote(speaks ? Base64.getEncoder().encodeToString(Wording.utf8(piece)) : piece)));
            send("response.output_" + kind + ".done", at + (speaks ? "" : ",\"text\":" + whole));
            String done = message + "{\"type\":\"output_" + kind + "\",\"" + named + "\":" + whole + "}]}";
            send(
                    "response.output_item.done",
                    "\"response_id\":\"" + response + "\",\"output_index\":0,\"item\":" + done);
            String usage = fault != null
                    ? "null"
                    : "{\"total_tokens\":" + (inputTokens + pieces.size()) + ",\"input_tokens\":" + inputTokens
                            + ",\"output_tokens\":" + pieces.size()
                            + ",\"input_token_details\":{\"text_tokens\":" + (inputTokens - soundTokens)
                            + ",\"audio_tokens\":" + soundTokens
                            + ",\"cached_tokens\":0},\"output_token_details\":{\"text_tokens\":"
                            + (speaks ? 0 : pieces.size()) + ",\"audio_tokens\":" + (speaks ? pieces.size() : 0) + "}}";
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
