package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of the contents of one request, in their order. Calls without an id are numbered; a result without one
 * belongs to the oldest call of its name that has none yet, and where there is no such name to the oldest call.
 *
 * <p>Parts of thinking that follow one another are one, up to the signature that closes it. The signature of a part of
 * text becomes thinking without text behind it.
 */
final class PartReader {
    private static final Set<String> TEXT = Set.of("text", "thought", "thoughtSignature");
    private static final Set<String> CALL = Set.of("functionCall", "thoughtSignature");
    private static final Set<String> RESULT = Set.of("functionResponse");
    private static final Set<String> INLINE = Set.of("inlineData", "mediaResolution");
    private static final Set<String> FILE = Set.of("fileData", "mediaResolution");

    private final Map<String, JsonNode> extras;
    private final Map<String, Deque<Part.ToolCall>> open = new HashMap<>();
    private final Deque<Part.ToolCall> calls = new ArrayDeque<>();
    private int made;

    /**
     * A reader for one request.
     *
     * @param extras takes fields that have no place, by their path
     */
    PartReader(Map<String, JsonNode> extras) {
        this.extras = extras;
    }

    /**
     * Reads the parts of a content.
     *
     * @throws io.sluice.domain.dialect.MalformedRequestException when one has not its form
     */
    List<Part> read(ObjectNode content, String at) {
        List<Part> parts = new ArrayList<>();
        int i = 0;
        for (JsonNode item : Fields.array(content, "parts", at)) {
            String here = at + ".parts[" + i++ + "]";
            if (!(item instanceof ObjectNode part)) {
                throw Fields.malformed("", here, "an object");
            }
            read(part, here, parts);
        }
        return parts;
    }

    private void read(ObjectNode part, String at, List<Part> parts) {
        String signature = Fields.text(part, "thoughtSignature", at);
        if (has(part, "text", TEXT, at)) {
            text(
                    Fields.required(part, "text", at),
                    Boolean.TRUE.equals(Fields.flag(part, "thought", at)),
                    signature,
                    parts);
        } else if (has(part, "functionCall", CALL, at)) {
            parts.add(call(part, signature, at));
        } else if (has(part, "functionResponse", RESULT, at)) {
            parts.add(result(part, at));
        } else if (has(part, "inlineData", INLINE, at)) {
            parts.add(inline(part, at));
        } else if (has(part, "fileData", FILE, at)) {
            parts.add(file(part, at));
        } else {
            parts.add(new Part.Foreign(ChatDialect.GEMINI, part, at));
        }
    }

    /** Whether a part is of a kind; what it says beside what that kind is understood to say is kept then. */
    private boolean has(ObjectNode part, String kind, Set<String> understood, String at) {
        if (Fields.get(part, kind) == null) {
            return false;
        }
        Fields.keep(part, understood, at, extras);
        return true;
    }

    private static void text(String text, boolean thought, @Nullable String signature, List<Part> parts) {
        if (!thought) {
            if (!text.isEmpty()) {
                parts.add(Part.Text.of(text));
            }
            if (signature != null) {
                parts.add(new Part.Thinking("", Signatures.read(signature).proof()));
            }
            return;
        }
        ProofLabel label = signature == null ? null : Signatures.read(signature);
        if (label != null && label.kind() == Kind.HIDDEN) {
            parts.add(new Part.HiddenThinking(label.proof()));
            return;
        }
        Proof proof = label == null ? null : label.proof();
        if (!parts.isEmpty() && parts.getLast() instanceof Part.Thinking before && before.proof() == null) {
            parts.set(parts.size() - 1, new Part.Thinking(before.text() + text, proof));
        } else {
            parts.add(new Part.Thinking(text, proof));
        }
    }

    private Part call(ObjectNode part, @Nullable String signature, String at) {
        String here = at + ".functionCall";
        ObjectNode call = Fields.object(part, "functionCall", at);
        if (call == null) {
            throw Fields.malformed(at, "functionCall", "an object");
        }
        Fields.keep(call, Set.of("id", "name", "args"), here, extras);
        ObjectNode args = Fields.object(call, "args", here);
        String id = Fields.text(call, "id", here);
        boolean named = id != null && !id.isEmpty();
        String own = id == null || id.isEmpty() ? CallIds.PREFIX + ++made : id;
        Part.ToolCall read = new Part.ToolCall(
                own,
                Fields.required(call, "name", here),
                args == null ? "{}" : Json.text(args),
                signature == null ? null : Signatures.ofCall(signature),
                null);
        if (!named) {
            open.computeIfAbsent(read.name(), name -> new ArrayDeque<>()).add(read);
        }
        calls.add(read);
        return read;
    }

    private Part result(ObjectNode part, String at) {
        String here = at + ".functionResponse";
        ObjectNode result = Fields.object(part, "functionResponse", at);
        if (result == null) {
            throw Fields.malformed(at, "functionResponse", "an object");
        }
        Fields.keep(result, Set.of("id", "name", "response", "parts"), here, extras);
        String name = Fields.text(result, "name", here);
        String id = Fields.text(result, "id", here);
        String callId = id == null || id.isEmpty() ? match(name) : id;
        calls.removeIf(call -> call.id().equals(callId));
        JsonNode response = Fields.get(result, "response");
        List<Part> content = new ArrayList<>();
        boolean error = false;
        if (response instanceof ObjectNode object) {
            error = object.size() == 1 && object.has("error");
            content.add(Part.Text.of(said(object)));
        } else if (response != null) {
            content.add(Part.Text.of(response.isTextual() ? response.textValue() : Json.text(response)));
        }
        int i = 0;
        for (JsonNode medium : Fields.array(result, "parts", here)) {
            String place = here + ".parts[" + i++ + "]";
            if (!(medium instanceof ObjectNode object)) {
                throw Fields.malformed("", place, "an object");
            }
            read(object, place, content);
        }
        return new Part.ToolResult(callId, name, content, error, null);
    }

    /** What a function said: the one text under {@code output}, {@code result} or {@code error}, else all of it as JSON. */
    private static String said(ObjectNode response) {
        if (response.size() == 1) {
            Iterator<Map.Entry<String, JsonNode>> only = response.fields();
            Map.Entry<String, JsonNode> field = only.next();
            if (Set.of("output", "result", "error").contains(field.getKey())
                    && field.getValue().isTextual()) {
                return field.getValue().textValue();
            }
        }
        return Json.text(response);
    }

    private String match(@Nullable String name) {
        Deque<Part.ToolCall> sameName = name == null ? null : open.get(name);
        Part.ToolCall found = sameName == null ? null : sameName.poll();
        if (found == null) {
            found = calls.peek();
        }
        return found == null ? CallIds.PREFIX + ++made : found.id();
    }

    private Part inline(ObjectNode part, String at) {
        ObjectNode data = Fields.object(part, "inlineData", at);
        if (data == null) {
            throw Fields.malformed(at, "inlineData", "an object");
        }
        String here = at + ".inlineData";
        Fields.keep(data, Set.of("mimeType", "data", "displayName"), here, extras);
        String type = Fields.required(data, "mimeType", here);
        return Media.part(
                new MediaSource.Data(type, Fields.required(data, "data", here)),
                type,
                Fields.text(data, "displayName", here),
                detail(part, at));
    }

    private Part file(ObjectNode part, String at) {
        ObjectNode file = Fields.object(part, "fileData", at);
        if (file == null) {
            throw Fields.malformed(at, "fileData", "an object");
        }
        String here = at + ".fileData";
        Fields.keep(file, Set.of("mimeType", "fileUri", "displayName"), here, extras);
        String uri = Fields.required(file, "fileUri", here);
        String type = Fields.text(file, "mimeType", here);
        String guessed = type != null ? type : Media.isYouTube(uri) ? "video/mp4" : Media.typeOf(uri, "");
        return Media.part(Media.source(uri, type), guessed, Fields.text(file, "displayName", here), detail(part, at));
    }

    private @Nullable String detail(ObjectNode part, String at) {
        JsonNode resolution = Fields.get(part, "mediaResolution");
        if (resolution instanceof ObjectNode object) {
            Fields.keep(object, Set.of("level"), at + ".mediaResolution", extras);
        }
        JsonNode level = resolution == null ? null : resolution.isObject() ? resolution.get("level") : resolution;
        return switch (level == null ? "" : level.asText()) {
            case "MEDIA_RESOLUTION_LOW" -> "low";
            case "MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_ULTRA_HIGH" -> "high";
            default -> null;
        };
    }
}
