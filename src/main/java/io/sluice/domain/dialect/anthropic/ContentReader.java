package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.OtherFields;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads content blocks (Anthropic API reference, Messages, 2026). A type that no other dialect has becomes a
 * {@link Part.Foreign}. A block's field that the model has no place for is kept among the extras under its path, such as
 * {@code messages[0].content[1].x}, so that no target drops it without a word.
 */
final class ContentReader {
    private static final Set<String> TEXT = Set.of("type", "text", "cache_control", "citations");
    private static final Set<String> IMAGE = Set.of("type", "source", "cache_control");
    private static final Set<String> DOCUMENT =
            Set.of("type", "source", "title", "context", "citations", "cache_control");
    private static final Set<String> TOOL_USE = Set.of("type", "id", "name", "input", "cache_control");
    private static final Set<String> TOOL_RESULT =
            Set.of("type", "tool_use_id", "content", "is_error", "cache_control");
    private static final Set<String> THINKING = Set.of("type", "thinking", "signature");

    private final Map<String, JsonNode> extras;

    /**
     * A reader for one request.
     *
     * @param extras takes fields that have no place
     */
    ContentReader(Map<String, JsonNode> extras) {
        this.extras = extras;
    }

    /**
     * Reads content: a string, or an array of blocks.
     *
     * @param content null for none
     * @param path where it stands
     */
    List<Part> parts(@Nullable JsonNode content, String path) {
        if (content == null) {
            return List.of();
        }
        if (content.isTextual()) {
            return content.textValue().isEmpty() ? List.of() : List.of(Part.Text.of(content.textValue()));
        }
        if (!(content instanceof ArrayNode blocks)) {
            throw FieldReader.wrong(path, "a string or an array of content blocks");
        }
        List<Part> parts = new ArrayList<>(blocks.size());
        Proof proof = null;
        for (int i = 0; i < blocks.size(); i++) {
            String at = path + "[" + i + "]";
            if (!(blocks.get(i) instanceof ObjectNode block)) {
                throw FieldReader.wrong(at, "a content block");
            }
            Part part = part(block, at + ".");
            ProofLabel label = ofCall(block);
            if (label != null) {
                proof = label.proof();
            } else if (part instanceof Part.ToolCall call && proof != null) {
                parts.add(new Part.ToolCall(call.id(), call.name(), call.arguments(), proof, call.cacheControl()));
                proof = null;
            } else {
                parts.add(part);
            }
        }
        return parts;
    }

    /** The proof of the next call, which a thinking block without text carries; null when the block is another. */
    private static @Nullable ProofLabel ofCall(ObjectNode block) {
        JsonNode signature = block.path("signature");
        ProofLabel label = signature.isTextual() ? ProofLabel.read(signature.textValue()) : null;
        return label != null && label.kind() == Kind.CALL ? label : null;
    }

    private Part part(ObjectNode block, String path) {
        String type = FieldReader.required(block, "type", path);
        JsonNode cache = FieldReader.at(block, "cache_control");
        return switch (type) {
            case "text" -> {
                others(block, TEXT, path);
                yield new Part.Text(
                        FieldReader.required(block, "text", path), cache, FieldReader.at(block, "citations"));
            }
            case "image" -> {
                others(block, IMAGE, path);
                yield new Part.Image(source(block, path, null), null, cache);
            }
            case "document" -> document(block, path, cache);
            case "tool_use" -> {
                others(block, TOOL_USE, path);
                ObjectNode input = FieldReader.object(block, "input", path);
                yield new Part.ToolCall(
                        FieldReader.required(block, "id", path),
                        FieldReader.required(block, "name", path),
                        input == null ? "{}" : Json.text(input),
                        null,
                        cache);
            }
            case "tool_result" -> {
                others(block, TOOL_RESULT, path);
                Boolean failed = FieldReader.truth(block, "is_error", path);
                yield new Part.ToolResult(
                        FieldReader.required(block, "tool_use_id", path),
                        null,
                        parts(FieldReader.at(block, "content"), path + "content"),
                        failed != null && failed,
                        cache);
            }
            case "thinking" -> {
                others(block, THINKING, path);
                String signature = FieldReader.text(block, "signature", path);
                yield new Part.Thinking(
                        FieldReader.required(block, "thinking", path),
                        signature == null || signature.isEmpty()
                                ? null
                                : ProofLabel.inward(signature, Maker.ANTHROPIC));
            }
            case "redacted_thinking" -> {
                others(block, Set.of("type", "data"), path);
                yield new Part.HiddenThinking(
                        ProofLabel.inward(FieldReader.required(block, "data", path), Maker.ANTHROPIC));
            }
            default -> new Part.Foreign(ChatDialect.ANTHROPIC, block, path + "type");
        };
    }

    private Part document(ObjectNode block, String path, @Nullable JsonNode cache) {
        ObjectNode source = FieldReader.object(block, "source", path);
        if (source != null && "content".equals(FieldReader.text(source, "type", path + "source."))) {
            return new Part.Foreign(ChatDialect.ANTHROPIC, block, path + "source.type");
        }
        others(block, DOCUMENT, path);
        ObjectNode options = Json.object();
        for (String name : List.of("context", "citations")) {
            JsonNode value = FieldReader.at(block, name);
            if (value != null) {
                options.set(name, value);
            }
        }
        return new Part.Document(
                source(block, path, "application/pdf"),
                FieldReader.text(block, "title", path),
                cache,
                options.isEmpty() ? null : options);
    }

    /** @param urlType what an address of such a block leads to; null when that is not said */
    private MediaSource source(ObjectNode block, String path, @Nullable String urlType) {
        ObjectNode source = FieldReader.object(block, "source", path);
        if (source == null) {
            throw FieldReader.wrong(path + "source", "an object");
        }
        String at = path + "source.";
        String type = FieldReader.required(source, "type", at);
        OtherFields.keep(ChatDialect.ANTHROPIC, source, sourceFields(type), path + "source", extras);
        return switch (type) {
            case "base64" ->
                new MediaSource.Data(
                        FieldReader.required(source, "media_type", at), FieldReader.required(source, "data", at));
            case "url" -> new MediaSource.Url(FieldReader.required(source, "url", at), urlType);
            case "file" -> new MediaSource.Stored(FieldReader.required(source, "file_id", at));
            case "text" -> {
                if (urlType == null) {
                    throw FieldReader.wrong(at + "type", "base64, url or file");
                }
                yield new MediaSource.Plain(FieldReader.required(source, "data", at));
            }
            default -> throw FieldReader.wrong(at + "type", "base64, url, file or text");
        };
    }

    private static Set<String> sourceFields(String type) {
        return switch (type) {
            case "url" -> Set.of("type", "url");
            case "file" -> Set.of("type", "file_id");
            default -> Set.of("type", "media_type", "data");
        };
    }

    /** @param path where the block stands, with a dot behind */
    private void others(ObjectNode block, Set<String> known, String path) {
        OtherFields.keep(ChatDialect.ANTHROPIC, block, known, path.substring(0, path.length() - 1), extras);
    }

    /** Puts a cache mark on a part that has none; a part that cannot have one stays as it is. */
    static Part marked(Part part, JsonNode mark) {
        if (part.cacheControl() != null) {
            return part;
        }
        return switch (part) {
            case Part.Text text -> new Part.Text(text.text(), mark, text.citations());
            case Part.Image image -> new Part.Image(image.source(), image.detail(), mark);
            case Part.Document document ->
                new Part.Document(document.source(), document.name(), mark, document.options());
            case Part.ToolCall call -> new Part.ToolCall(call.id(), call.name(), call.arguments(), call.proof(), mark);
            case Part.ToolResult result ->
                new Part.ToolResult(result.callId(), result.name(), result.content(), result.isError(), mark);
            default -> part;
        };
    }
}
