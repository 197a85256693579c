package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code systemInstruction} and {@code contents}. Turns of one role that follow one another become one; in a turn of
 * the user the results of functions come first, then all else, pictures in results too. Empty texts are left out, for
 * Gemini refuses them.
 */
final class ContentWriter {
    private final ChatRequest request;
    private final ModelTraits model;
    private final Losses losses;
    private final ArrayNode contents = Json.NODES.arrayNode();
    private final ArrayNode system = Json.NODES.arrayNode();
    private final Map<String, String> names = new HashMap<>();
    private final Set<String> details = new HashSet<>();
    private ArrayNode results = Json.NODES.arrayNode();
    private ArrayNode parts = Json.NODES.arrayNode();
    private String role = "";
    private boolean signed;
    private @Nullable String proof;

    ContentWriter(ChatRequest request, ModelTraits model, Losses losses) {
        this.request = request;
        this.model = model;
        this.losses = losses;
    }

    /** Writes both into a body. */
    void write(ObjectNode body) {
        for (ChatMessage message : request.messages()) {
            if (message.name() != null) {
                losses.lose(losses.client() == ChatDialect.RESPONSES ? "input.name" : "messages.name");
            }
            if (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER) {
                turn("system");
            } else {
                turn(message.role() == Role.ASSISTANT ? "model" : "user");
            }
            for (Part part : message.parts()) {
                part(part);
            }
        }
        turn("");
        if (contents.isEmpty() && !system.isEmpty()) {
            // A request must have contents: a chat of nothing but instructions asks by them.
            contents.addObject().put("role", "user").set("parts", system);
        } else if (!system.isEmpty()) {
            body.putObject("systemInstruction").set("parts", system);
        }
        body.set("contents", contents);
    }

    /** How closely all pictures are to be looked at; null when nothing was said. Told after {@link #write}. */
    @Nullable
    String resolution() {
        details.remove("auto");
        if (details.size() > 1) {
            losses.lose(Feature.IMAGE.nameIn(losses.client()) + ".detail");
            return null;
        }
        return details.contains("low")
                ? "MEDIA_RESOLUTION_LOW"
                : details.contains("high") ? "MEDIA_RESOLUTION_HIGH" : null;
    }

    /** Goes on in a role; a system message in between does not end a turn. */
    private void turn(String next) {
        if (!parts.isEmpty() && role.equals("system")) {
            system.addAll(parts);
            parts.removeAll();
        }
        if (!next.equals(role)) {
            close();
            role = next;
        }
    }

    private void close() {
        if (!results.isEmpty() || !parts.isEmpty()) {
            ArrayNode all = results.addAll(parts);
            JsonNode last = contents.isEmpty() ? null : contents.get(contents.size() - 1);
            if (last != null && last.path("role").asText().equals(role)) {
                ((ArrayNode) last.path("parts")).addAll(all);
            } else {
                contents.addObject().put("role", role).set("parts", all);
            }
        }
        results = Json.NODES.arrayNode();
        parts = Json.NODES.arrayNode();
        signed = false;
        proof = null;
    }

    private void part(Part part) {
        switch (part) {
            case Part.Text text -> text(text.text());
            case Part.Refusal refusal -> text(refusal.text());
            case Part.Image image -> {
                if (image.detail() != null) {
                    details.add(image.detail());
                }
                medium(image.source(), "image/jpeg", Feature.IMAGE_URL);
            }
            case Part.Audio audio -> medium(audio.source(), "audio/wav", Feature.AUDIO);
            case Part.Video video -> medium(video.source(), "video/mp4", Feature.VIDEO);
            case Part.Document document -> {
                losses.loseOptions(document);
                if (document.source() instanceof MediaSource.Plain plain && document.name() != null) {
                    text(document.name() + "\n\n" + plain.text());
                } else {
                    medium(document.source(), "application/pdf", Feature.DOCUMENT_URL);
                }
            }
            case Part.ToolCall call -> call(call);
            case Part.ToolResult result -> result(result);
            case Part.Thinking thinking -> thinking(thinking);
            case Part.HiddenThinking hidden -> losses.hide(hidden.proof());
            case Part.Foreign foreign -> {
                if (foreign.dialect() == ChatDialect.GEMINI) {
                    parts.add(foreign.json());
                } else {
                    losses.lose(foreign.field());
                }
            }
        }
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            parts.addObject().put("text", text);
        }
    }

    private void medium(MediaSource source, String usual, Feature feature) {
        switch (source) {
            case MediaSource.Data data -> parts.add(Media.inline(data.mediaType(), data.base64()));
            case MediaSource.Plain plain -> text(plain.text());
            case MediaSource.Url url -> url(url, usual, feature);
            case MediaSource.Stored stored -> {
                if (Media.isStored(stored.id())) {
                    String type = Media.typeOf(stored.id(), "");
                    parts.add(Media.file(stored.id(), type.isEmpty() ? null : type));
                } else {
                    losses.lose(Feature.STORED_FILE);
                }
            }
        }
    }

    /** Gemini fetches what stands at public addresses itself. */
    private void url(MediaSource.Url url, String usual, Feature feature) {
        if (Media.isYouTube(url.url())) {
            parts.add(Media.file(url.url(), null));
        } else if (url.url().startsWith("https://") || url.url().startsWith("http://") || Media.isStored(url.url())) {
            String type = url.mediaType();
            parts.add(Media.file(url.url(), type != null ? type : Media.typeOf(url.url(), usual)));
        } else {
            losses.lose(feature);
        }
    }

    private void call(Part.ToolCall call) {
        names.put(call.id(), call.name());
        ObjectNode part = parts.addObject();
        ObjectNode written = part.putObject("functionCall");
        if (!CallIds.isMade(call.id())) {
            written.put("id", call.id());
        }
        written.put("name", call.name());
        JsonNode args = Json.read(call.arguments());
        if (args instanceof ObjectNode object) {
            written.set("args", object);
        } else {
            written.putObject("args").put("arguments", call.arguments());
        }
        String own = losses.shown(call.proof(), Maker.GEMINI);
        String signature = own != null ? own : proof;
        if (signature != null) {
            part.put("thoughtSignature", signature);
        } else if (!signed && model.needsSignatures()) {
            // Of calls at once, the first alone has one.
            part.put("thoughtSignature", Signatures.PLACEHOLDER);
        }
        signed = true;
        proof = null;
    }

    private void result(Part.ToolResult result) {
        ObjectNode written = Json.object();
        if (!CallIds.isMade(result.callId())) {
            written.put("id", result.callId());
        }
        String name = result.name() != null ? result.name() : names.get(result.callId());
        written.put("name", name == null ? "unknown" : name);
        StringBuilder text = new StringBuilder();
        for (Part part : result.content()) {
            if (part instanceof Part.Text said) {
                text.append(text.isEmpty() ? "" : "\n").append(said.text());
            } else {
                part(part);
            }
        }
        JsonNode json = text.isEmpty() || text.charAt(0) != '{' ? null : Json.read(text.toString());
        if (result.isError()) {
            written.putObject("response").put("error", text.toString());
        } else if (json instanceof ObjectNode object) {
            written.set("response", object);
        } else {
            written.putObject("response").put("output", text.toString());
        }
        results.addObject().set("functionResponse", written);
    }

    private void thinking(Part.Thinking thinking) {
        String own = losses.shown(thinking.proof(), Maker.GEMINI);
        if (own == null) {
            return;
        }
        if (thinking.text().isEmpty()) {
            int last = parts.size() - 1;
            if (last >= 0 && parts.get(last).has("text") && !parts.get(last).has("thoughtSignature")) {
                ((ObjectNode) parts.get(last)).put("thoughtSignature", own);
                return;
            }
        }
        proof = own;
    }
}
