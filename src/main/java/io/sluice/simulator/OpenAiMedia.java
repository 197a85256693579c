package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's images, speech, transcriptions, moderations, and the rerank path that others put beside them. */
final class OpenAiMedia extends Service {
    private static final Set<String> PATHS = Set.of(
            "images/generations",
            "images/edits",
            "images/variations",
            "audio/speech",
            "audio/transcriptions",
            "audio/translations",
            "moderations",
            "rerank");
    private static final Set<String> FORMS =
            Set.of("images/edits", "images/variations", "audio/transcriptions", "audio/translations");
    private static final long MOST_FILE_BYTES = 25L * 1024 * 1024;
    private static final int SPEECH_BYTES_A_CHARACTER = 1_000;
    private static final int MOST_SPOKEN = 4_096;
    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private static final List<String> CATEGORIES = List.of(
            "harassment", "hate", "illicit", "self-harm", "self-harm/intent", "sexual", "violence", "violence/graphic");

    private final Route.Dialect dialect;
    private final String path;
    private final String deployment;

    private OpenAiMedia(Route.Dialect dialect, String path, String deployment) {
        super(new OpenAiWording(new Route(dialect, Route.Endpoint.CHAT, deployment)));
        this.dialect = dialect;
        this.path = path;
        this.deployment = deployment;
    }

    /** The service of a path behind {@code /v1/} or a deployment; null when there is none. */
    static @Nullable Service of(Route.Dialect dialect, String rest, String deployment) {
        return PATHS.contains(rest) ? new OpenAiMedia(dialect, rest, deployment) : null;
    }

    @Override
    boolean takesForm() {
        return FORMS.contains(path);
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) {
        return OpenAiService.key(dialect, request);
    }

    @Override
    void checkHead(HttpServerRequest request) throws RefusedRequest {
        OpenAiService.checkVersion(dialect, request);
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (!takesForm()) {
            super.checkHead(request);
        } else if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            throw new RefusedRequest(wording().wrongContentType(type));
        }
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        if (takesForm()) {
            return path.startsWith("audio/") ? transcribe(asked) : edit(asked);
        }
        Fields root = Fields.of(wording(), asked.body(), asked.script().lenient());
        return switch (path) {
            case "images/generations" -> generate(root, asked);
            case "audio/speech" -> speak(root, asked);
            case "moderations" -> moderate(root, asked);
            default -> rerank(root, asked);
        };
    }

    private void admit(Asked asked, String model) throws RefusedRequest {
        OpenAiService.admit(dialect, asked.script(), deployment.isEmpty() ? model : deployment);
    }

    private Planned generate(Fields root, Asked asked) throws RefusedRequest {
        root.only(Set.of(
                "model",
                "prompt",
                "n",
                "size",
                "quality",
                "response_format",
                "output_format",
                "output_compression",
                "background",
                "moderation",
                "style",
                "stream",
                "partial_images",
                "user"));
        String model = root.text("model", "dall-e-2");
        admit(asked, model);
        String prompt = root.words("prompt");
        boolean dalle = model.startsWith("dall-e");
        int images = (int) root.whole("n", 1, model.equals("dall-e-3") ? 1 : 10, 1);
        if (!dalle && root.has("response_format")) {
            throw new RefusedRequest(wording().unknown("response_format"));
        }
        String format = root.oneOf("response_format", Set.of("url", "b64_json"), dalle ? "url" : "b64_json");
        root.oneOf("output_format", Set.of("png", "jpeg", "webp"), "png");
        long partial = root.whole("partial_images", 0, 3, 0);
        return images(asked, model, prompt, images, format.equals("url"), root.flag("stream", false), partial);
    }

    private Planned images(
            Asked asked, String model, String prompt, int images, boolean url, boolean stream, long partial) {
        long input = ChatMessages.tokens(prompt);
        long output = 1_056L * images;
        String usage = "\"usage\":{\"input_tokens\":" + input + ",\"input_tokens_details\":{\"text_tokens\":" + input
                + ",\"image_tokens\":0},\"output_tokens\":" + output + ",\"total_tokens\":" + (input + output) + "}";
        boolean tells = !model.startsWith("dall-e") && !asked.withoutUsage();
        String kind = path.equals("images/edits") ? "image_edit" : "image_generation";
        if (stream) {
            Frames frames = new Frames();
            for (int i = 0; i < partial; i++) {
                frames.add(image(kind + ".partial_image", asked, ",\"partial_image_index\":" + i));
            }
            frames.add(image(kind + ".completed", asked, tells ? "," + usage : ""));
            return Planned.stream(model, ResponseHeaders.EVENT_STREAM, input, output, frames);
        }
        StringBuilder body = new StringBuilder("{\"created\":" + asked.created() + ",\"data\":[");
        for (int i = 0; i < images; i++) {
            body.append(i == 0 ? "" : ",")
                    .append(
                            url
                                    ? "{\"url\":\"https://images.invalid/" + asked.number() + "-" + i + ".png\"}"
                                    : "{\"b64_json\":\"" + PIXEL + "\"}");
        }
        body.append(tells ? "]," + usage + "}" : "]}");
        return new Planned(model, ResponseHeaders.JSON, input, output, 0, () -> Buffer.buffer(body.toString()), null);
    }

    private static byte[] image(String type, Asked asked, String more) {
        return event(
                type,
                "\"b64_json\":\"" + PIXEL + "\",\"created_at\":" + asked.created()
                        + ",\"size\":\"1024x1024\",\"quality\":\"low\",\"background\":\"opaque\",\"output_format\":\"png\""
                        + more);
    }

    private static byte[] event(String type, String fields) {
        return utf8("event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n");
    }

    private Planned edit(Asked asked) throws RefusedRequest {
        boolean edits = path.equals("images/edits");
        String model = asked.form().contains("model") ? asked.form().get("model") : "dall-e-2";
        admit(asked, model);
        if (!asked.files().containsKey("image") && !asked.files().containsKey("image[]")) {
            throw new RefusedRequest(wording().missing("image"));
        }
        String prompt = asked.form().contains("prompt") ? asked.form().get("prompt") : "";
        if (edits && prompt.isEmpty()) {
            throw new RefusedRequest(wording().missing("prompt"));
        }
        boolean url =
                model.startsWith("dall-e") && !"b64_json".equals(asked.form().get("response_format"));
        return images(asked, model, prompt, 1, url, "true".equals(asked.form().get("stream")), 0);
    }

    private Planned speak(Fields root, Asked asked) throws RefusedRequest {
        root.only(Set.of("model", "input", "voice", "instructions", "response_format", "speed", "stream_format"));
        String model = root.words("model");
        admit(asked, model);
        String input = root.words("input");
        if (input.length() > MOST_SPOKEN) {
            throw root.invalid("input", "string too long. Expected a string with maximum length 4096");
        }
        root.require("voice");
        root.decimal("speed", 0.25, 4);
        String format = root.oneOf("response_format", Set.of("mp3", "opus", "aac", "flac", "wav", "pcm"), "mp3");
        String how = root.oneOf("stream_format", Set.of("audio", "sse"), "audio");
        long tokens = ChatMessages.tokens(input);
        if (how.equals("sse")) {
            String audio = Base64.getEncoder().encodeToString(sound(input.hashCode(), SPEECH_BYTES_A_CHARACTER));
            Frames frames = new Frames();
            frames.tokens(input.length(), place -> event("speech.audio.delta", "\"audio\":\"" + audio + "\""));
            frames.add(event(
                    "speech.audio.done",
                    "\"usage\":{\"input_tokens\":" + tokens + ",\"output_tokens\":" + input.length()
                            + ",\"total_tokens\":" + (tokens + input.length()) + "}"));
            return Planned.stream(model, ResponseHeaders.EVENT_STREAM, tokens, input.length(), frames);
        }
        Frames frames = new Frames();
        frames.tokens(input.length(), place -> sound(place, SPEECH_BYTES_A_CHARACTER));
        String type =
                switch (format) {
                    case "mp3" -> "audio/mpeg";
                    case "opus" -> "audio/opus";
                    case "pcm" -> "audio/pcm";
                    default -> "audio/" + format;
                };
        return Planned.stream(model, type, tokens, input.length(), frames);
    }

    /** Bytes that stand for sound; the same for the same number. */
    private static byte[] sound(int seed, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7);
        }
        return bytes;
    }

    private Planned transcribe(Asked asked) throws RefusedRequest {
        boolean translates = path.equals("audio/translations");
        String model = asked.form().get("model");
        Long bytes = asked.files().get("file");
        if (bytes == null) {
            throw new RefusedRequest(wording().missing("file"));
        }
        if (model == null && deployment.isEmpty()) {
            throw new RefusedRequest(wording().missing("model"));
        }
        String name = model == null ? deployment : model;
        admit(asked, name);
        if (bytes > MOST_FILE_BYTES) {
            throw new RefusedRequest(ProviderError.of(
                    413,
                    "Maximum content size limit (26214400) exceeded (" + bytes + " bytes read)",
                    "server_error",
                    null,
                    null));
        }
        if (bytes == 0) {
            throw new RefusedRequest(wording().invalid("file", "The audio file could not be decoded or is empty"));
        }
        String format = asked.form().contains("response_format") ? asked.form().get("response_format") : "json";
        if (!Set.of("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
                .contains(format)) {
            throw new RefusedRequest(wording()
                    .notOneOf("response_format", format, Set.of("json", "text", "srt", "verbose_json", "vtt")));
        }
        boolean whisper = name.startsWith("whisper");
        String text = (translates ? "Translation of " : "Transcript of ") + bytes + " bytes.";
        long audio = Math.max(1, bytes / 3_200);
        int words = Reply.pieces(text).size();
        String usage = whisper
                ? "\"usage\":{\"type\":\"duration\",\"seconds\":" + Math.max(1, bytes / 32_000) + "}"
                : "\"usage\":{\"type\":\"tokens\",\"input_tokens\":" + audio
                        + ",\"input_token_details\":{\"text_tokens\":0,\"audio_tokens\":" + audio
                        + "},\"output_tokens\":" + words + ",\"total_tokens\":" + (audio + words) + "}";
        if ("true".equals(asked.form().get("stream")) && !whisper) {
            List<String> pieces = Reply.pieces(text);
            Frames frames = new Frames();
            frames.tokens(
                    pieces.size(), place -> event("transcript.text.delta", "\"delta\":" + quote(pieces.get(place))));
            frames.add(event("transcript.text.done", "\"text\":" + quote(text) + "," + usage));
            return Planned.stream(name, ResponseHeaders.EVENT_STREAM, audio, words, frames);
        }
        boolean json = format.endsWith("json");
        String body =
                switch (format) {
                    case "text" -> text + "\n";
                    case "srt" -> "1\n00:00:00,000 --> 00:00:01,000\n" + text + "\n\n";
                    case "vtt" -> "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n" + text + "\n\n";
                    case "verbose_json" ->
                        "{\"task\":\"transcribe\",\"language\":\"english\",\"duration\":1.0,\"text\":" + quote(text)
                                + ",\"segments\":[{\"id\":0,\"seek\":0,\"start\":0.0,\"end\":1.0,\"text\":"
                                + quote(text) + "}]," + usage + "}";
                    default -> "{\"text\":" + quote(text) + "," + usage + "}";
                };
        CharSequence type = json ? ResponseHeaders.JSON : "text/plain; charset=utf-8";
        return Planned.whole(name, type, audio, words, () -> Buffer.buffer(body));
    }

    private Planned moderate(Fields root, Asked asked) throws RefusedRequest {
        root.only(Set.of("model", "input"));
        String model = root.text("model", "omni-moderation-latest");
        admit(asked, model);
        JsonNode input = root.require("input");
        List<String> texts = new ArrayList<>();
        if (input.isTextual()) {
            texts.add(input.textValue());
        } else if (input.isArray() && !input.isEmpty() && input.get(0).isTextual()) {
            texts.addAll(root.texts("input", 1_000));
        } else if (input.isArray() && !input.isEmpty()) {
            StringBuilder joined = new StringBuilder();
            for (Fields part : root.objects("input")) {
                part.oneOf("type", Set.of("text", "image_url"));
                joined.append(part.text("text", ""));
            }
            texts.add(joined.toString());
        } else {
            throw root.wrongType("input", "a string or an array, not empty");
        }
        StringBuilder results = new StringBuilder();
        long tokens = 0;
        for (String text : texts) {
            boolean flagged = text.toLowerCase(Locale.ROOT).contains("violence");
            tokens += ChatMessages.tokens(text);
            StringBuilder categories = new StringBuilder();
            StringBuilder scores = new StringBuilder();
            for (String category : CATEGORIES) {
                boolean hit = flagged && category.equals("violence");
                categories.append(",\"" + category + "\":" + hit);
                scores.append(",\"" + category + "\":" + (hit ? 0.97 : 0.01));
            }
            results.append(results.isEmpty() ? "" : ",")
                    .append("{\"flagged\":" + flagged + ",\"categories\":{" + categories.substring(1)
                            + "},\"category_scores\":{" + scores.substring(1) + "}}");
        }
        String body = "{\"id\":\"modr-" + asked.number() + "\",\"model\":\"omni-moderation-2024-09-26\",\"results\":["
                + results + "]}";
        return Planned.whole(model, ResponseHeaders.JSON, tokens, 0, () -> Buffer.buffer(body));
    }

    private Planned rerank(Fields root, Asked asked) throws RefusedRequest {
        root.only(Set.of("model", "query", "documents", "top_n", "return_documents", "max_chunks_per_doc"));
        String model = root.words("model");
        admit(asked, model);
        Ranking ranking = Ranking.of(root, root.tokens("top_n"), root.flag("return_documents", false));
        String body = "{\"id\":\"rerank-" + asked.number() + "\",\"model\":" + quote(model) + ",\"results\":"
                + ranking.results() + ",\"meta\":{\"tokens\":{\"input_tokens\":" + ranking.tokens()
                + ",\"output_tokens\":0}},\"usage\":{\"total_tokens\":" + ranking.tokens() + "}}";
        return Planned.whole(model, ResponseHeaders.JSON, ranking.tokens(), 0, () -> Buffer.buffer(body));
    }
}
