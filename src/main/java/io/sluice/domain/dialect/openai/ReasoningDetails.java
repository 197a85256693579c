package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.Maker;
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
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Thinking with its proofs, in a dialect that has no place for them. The text stands in {@code reasoning_content}, as
 * DeepSeek and vLLM have it. Blocks and proofs stand in {@code reasoning_details} (OpenRouter, reasoning tokens, 2026): a
 * list of {@code {"type":"reasoning.text","text","signature","index"}} and
 * {@code {"type":"reasoning.encrypted","data","index"}}, in the order thought. A client that sends both back with the
 * assistant's message lets a provider that signs go on thinking between calls of tools. Items that a client gathered from
 * a stream and did not join are joined here: by their index, or where a proof ends a block.
 */
final class ReasoningDetails {
    static final String DETAILS = "reasoning_details";
    static final String CONTENT = "reasoning_content";

    /** The last two are OpenRouter's name of the item, and of who made it. */
    private static final Set<String> ITEM =
            Set.of("type", "text", "summary", "data", "signature", "index", "id", "format");

    private ReasoningDetails() {}

    /**
     * The thinking of an assistant's message; empty when there is none.
     *
     * @param path where the message stands
     * @param extras takes what no item is known to say
     */
    static List<Part> read(JsonNode message, String path, Map<String, JsonNode> extras) {
        List<Part> parts = new ArrayList<>();
        String content = text(message, CONTENT);
        String all = content.isEmpty() ? text(message, "reasoning") : content;
        for (String name : new String[] {CONTENT, "reasoning"}) {
            if (message.has(name)
                    && !message.get(name).isTextual()
                    && !message.get(name).isNull()) {
                extras.put(path + "." + name, message.get(name));
            }
        }
        JsonNode details = message.get(DETAILS);
        if (details != null && !details.isArray() && !details.isNull()) {
            extras.put(path + "." + DETAILS, details);
        }
        if (details != null && details.isArray()) {
            join(details, parts);
            for (int i = 0; i < details.size(); i++) {
                OtherFields.keep(
                        ChatDialect.OPENAI, details.get(i), ITEM, path + "." + DETAILS + "[" + i + "]", extras);
            }
        }
        int blocks = 0;
        boolean silent = true;
        for (Part part : parts) {
            if (part instanceof Part.Thinking thinking) {
                blocks++;
                silent &= thinking.text().isEmpty();
            }
        }
        if (!all.isEmpty() && blocks == 0) {
            parts.addFirst(new Part.Thinking(all, null));
        } else if (!all.isEmpty() && silent) {
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i) instanceof Part.Thinking thinking) {
                    parts.set(i, new Part.Thinking(all, thinking.proof()));
                    break;
                }
            }
        }
        return parts;
    }

    private static void join(JsonNode details, List<Part> parts) {
        StringBuilder text = new StringBuilder();
        String signature = null;
        JsonNode index = null;
        boolean open = false;
        for (JsonNode item : details) {
            boolean hidden = "reasoning.encrypted".equals(text(item, "type"));
            String more = text(item, "text") + text(item, "summary");
            JsonNode its = item.get("index");
            boolean other = its != null && index != null && !its.equals(index);
            if (open && (hidden || other || signature != null && !more.isEmpty())) {
                parts.add(new Part.Thinking(text.toString(), proof(signature)));
                open = false;
            }
            if (hidden) {
                if (!text(item, "data").isEmpty()) {
                    parts.add(new Part.HiddenThinking(ProofLabel.inward(text(item, "data"), Maker.OPENROUTER)));
                }
                continue;
            }
            if (!open) {
                text.setLength(0);
                signature = null;
                open = true;
            }
            index = its;
            text.append(more);
            if (!text(item, "signature").isEmpty()) {
                signature = text(item, "signature");
            }
        }
        if (open) {
            parts.add(new Part.Thinking(text.toString(), proof(signature)));
        }
    }

    private static @Nullable Proof proof(@Nullable String signature) {
        return signature == null ? null : ProofLabel.inward(signature, Maker.OPENROUTER);
    }

    /**
     * Writes thinking into an assistant's message.
     *
     * @param thinking {@link Part.Thinking} and {@link Part.HiddenThinking} alone, in order
     * @param withDetails whether the proofs are written too, if there are any
     * @param form how a proof is written
     */
    static void write(
            List<Part> thinking, ObjectNode message, boolean withDetails, BiFunction<Kind, Proof, String> form) {
        StringBuilder all = new StringBuilder();
        ArrayNode details = Json.NODES.arrayNode();
        boolean proven = false;
        for (Part part : thinking) {
            if (part instanceof Part.Thinking block) {
                all.append(block.text());
                String signature = block.proof() == null ? null : form.apply(Kind.THINKING, block.proof());
                details.add(item("reasoning.text", "text", block.text(), signature, details.size()));
                proven |= signature != null;
            } else if (part instanceof Part.HiddenThinking hidden) {
                details.add(item(
                        "reasoning.encrypted", "data", form.apply(Kind.HIDDEN, hidden.proof()), null, details.size()));
                proven = true;
            }
        }
        if (!all.isEmpty()) {
            message.put(CONTENT, all.toString());
        }
        if (withDetails && (proven || details.size() > 1)) {
            message.set(DETAILS, details);
        }
    }

    /** A proof for a client: as it is where a server of this dialect gave it, else with its label. */
    static String outward(Kind kind, Proof proof) {
        return ProofLabel.outward(kind, proof, Maker.OPENROUTER);
    }

    private static ObjectNode item(String type, String field, String value, @Nullable String signature, int index) {
        ObjectNode item = Json.object().put("type", type).put(field, value);
        if (signature != null) {
            item.put("signature", signature);
        }
        return item.put("index", index);
    }

    private static String text(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value != null && value.isTextual() ? value.textValue() : "";
    }
}
