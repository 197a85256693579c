package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the calls of one choice, in pieces or whole, and counts them from 0 whatever the server does: an index that is
 * missing (the id decides, else the last call goes on), an index that several calls share, an id that is missing, repeated
 * or new on each piece, arguments that are an object, a name that comes late.
 */
final class ToolCallReader {
    private static final int MOST_CALLS = 1_024;
    private static final int MOST_HELD = 64 * 1_024;

    private final int choice;
    private final String idPrefix;
    private final List<Call> calls = new ArrayList<>();

    /** One call; arguments wait for the name, should it come after them. */
    private static final class Call {
        private final int index;
        private final int number;
        private String id;
        private boolean named;
        private @Nullable StringBuilder held;

        Call(int index, int number, String id) {
            this.index = index;
            this.number = number;
            this.id = id;
        }
    }

    /**
     * Calls of one choice.
     *
     * @param idPrefix what made-up ids begin with: different for each answer
     */
    ToolCallReader(int choice, String idPrefix) {
        this.choice = choice;
        this.idPrefix = idPrefix;
    }

    /** Whether the model called anything. */
    boolean any() {
        return !calls.isEmpty();
    }

    /**
     * Reads a list of calls, or of pieces of them.
     *
     * @return false when it is beyond all bounds
     */
    boolean read(JsonNode list, Consumer<ChatEvent> out) {
        for (JsonNode piece : list) {
            if (piece.isObject() && !piece(piece, piece.path("function"), out)) {
                return false;
            }
        }
        return true;
    }

    /** Reads the one call of the API of old. */
    boolean readOld(JsonNode function, Consumer<ChatEvent> out) {
        return piece(Json.NODES.objectNode(), function, out);
    }

    private boolean piece(JsonNode piece, JsonNode function, Consumer<ChatEvent> out) {
        String id = text(piece, "id");
        String name = text(function, "name");
        Call call = find(piece.path("index"), id, name);
        if (call == null) {
            if (calls.size() == MOST_CALLS) {
                return false;
            }
            int number = calls.size();
            call = new Call(piece.path("index").asInt(-1), number, id);
            calls.add(call);
        }
        if (call.id.isEmpty()) {
            call.id = id;
        }
        if (!call.named && !name.isEmpty()) {
            begin(call, name, piece, out);
        }
        return arguments(call, function.path("arguments"), out);
    }

    private @Nullable Call find(JsonNode index, String id, String name) {
        if (index.isInt()) {
            for (int i = calls.size() - 1; i >= 0; i--) {
                Call call = calls.get(i);
                if (call.index == index.intValue()) {
                    boolean other = call.named && !name.isEmpty() && !id.isEmpty() && !id.equals(call.id);
                    return other ? null : call;
                }
            }
            return null;
        }
        for (Call call : calls) {
            if (!id.isEmpty() && id.equals(call.id)) {
                return call;
            }
        }
        boolean goesOn = id.isEmpty() && name.isEmpty() && !calls.isEmpty();
        return goesOn ? calls.getLast() : null;
    }

    private void begin(Call call, String name, JsonNode piece, Consumer<ChatEvent> out) {
        call.named = true;
        if (call.id.isEmpty()) {
            call.id = idPrefix + "_" + choice + "_" + call.number;
        }
        JsonNode signature = piece.at("/extra_content/google/thought_signature");
        out.accept(new ChatEvent.ToolCall(
                choice,
                call.number,
                call.id,
                name,
                signature.isTextual() ? new Proof(Maker.GEMINI, signature.textValue()) : null));
        if (call.held != null) {
            out.accept(new ChatEvent.ToolArguments(choice, call.number, call.held.toString()));
            call.held = null;
        }
    }

    private boolean arguments(Call call, JsonNode arguments, Consumer<ChatEvent> out) {
        String json = arguments.isTextual()
                ? arguments.textValue()
                : arguments.isObject() || arguments.isArray() ? Json.text(arguments) : "";
        if (json.isEmpty()) {
            return true;
        }
        if (call.named) {
            out.accept(new ChatEvent.ToolArguments(choice, call.number, json));
            return true;
        }
        StringBuilder held = call.held == null ? new StringBuilder() : call.held;
        call.held = held.append(json);
        return held.length() <= MOST_HELD;
    }

    /** Whether every call has said what it calls. */
    boolean whole() {
        for (Call call : calls) {
            if (!call.named) {
                return false;
            }
        }
        return true;
    }

    private static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isTextual() ? value.textValue() : "";
    }
}
