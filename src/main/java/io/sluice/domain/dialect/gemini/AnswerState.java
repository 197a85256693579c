package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What both forms of an answer gather, for Gemini's grammar has no pieces of it: calls with their arguments, sources, and
 * how each answer ended. At most {@value #MOST_ARGUMENTS} characters of arguments are kept; a call beyond them, or with
 * arguments that are no JSON object, ends its answer as {@code MALFORMED_FUNCTION_CALL}, as Gemini's own do.
 */
final class AnswerState {
    /** The most characters of arguments of all calls. */
    static final int MOST_ARGUMENTS = 8 * 1024 * 1024;

    private static final int MOST_CITATIONS = 1_000;

    private final Map<Integer, Choice> choices = new TreeMap<>();
    private int gathered;
    private @Nullable TokenUsage usage;

    /** One answer of several. */
    static final class Choice {
        private final List<Call> calls = new ArrayList<>();
        private final ArrayNode sources = Json.NODES.arrayNode();
        private final ObjectNode own = Json.object();
        private boolean broken;
        private @Nullable FinishReason reason;
    }

    private static final class Call {
        private final ChatEvent.ToolCall begin;
        private final StringBuilder arguments = new StringBuilder();

        private Call(ChatEvent.ToolCall begin) {
            this.begin = begin;
        }
    }

    private Choice choice(int number) {
        return choices.computeIfAbsent(number, n -> new Choice());
    }

    void call(ChatEvent.ToolCall call) {
        choice(call.choice()).calls.add(new Call(call));
    }

    void arguments(ChatEvent.ToolArguments more) {
        Choice choice = choice(more.choice());
        if (more.call() < 0 || more.call() >= choice.calls.size()) {
            return;
        }
        gathered += more.json().length();
        if (gathered > MOST_ARGUMENTS) {
            choice.broken = true;
            choice.calls.get(more.call()).arguments.setLength(0);
        } else {
            choice.calls.get(more.call()).arguments.append(more.json());
        }
    }

    void usage(TokenUsage tokens) {
        usage = tokens;
    }

    void finish(ChatEvent.Finish finish) {
        choice(finish.choice()).reason = finish.reason();
    }

    /** Keeps a source: Gemini's own as it is, those of others by their address. */
    void citation(ChatEvent.Citation citation) {
        Choice choice = choice(citation.choice());
        JsonNode json = citation.json();
        if (citation.dialect() == ChatDialect.GEMINI && json.isObject()) {
            json.properties().forEach(field -> choice.own.set(field.getKey(), field.getValue()));
            return;
        }
        JsonNode source = json.path("url_citation").isObject() ? json.path("url_citation") : json;
        if (source.path("url").isTextual() && choice.sources.size() < MOST_CITATIONS) {
            ObjectNode written = choice.sources.addObject();
            copy(source, "start_index", written, "startIndex");
            copy(source, "end_index", written, "endIndex");
            copy(source, "url", written, "uri");
            copy(source, "title", written, "title");
        }
    }

    private static void copy(JsonNode from, String name, ObjectNode to, String as) {
        JsonNode value = from.path(name);
        if (value.isValueNode() && !value.isNull()) {
            to.set(as, value);
        }
    }

    /** The calls of an answer as parts; those that are none leave the answer malformed. They are forgotten. */
    ArrayNode takeCalls(int number) {
        ArrayNode parts = Json.NODES.arrayNode();
        Choice choice = choice(number);
        for (Call call : choice.calls) {
            String text = call.arguments.isEmpty() ? "{}" : call.arguments.toString();
            if (choice.broken || !(Json.read(text) instanceof ObjectNode args)) {
                choice.broken = true;
                continue;
            }
            ObjectNode part = parts.addObject();
            ObjectNode written = part.putObject("functionCall");
            written.put("id", call.begin.id());
            written.put("name", call.begin.name());
            written.set("args", args);
            Proof proof = call.begin.proof();
            if (proof != null) {
                part.put("thoughtSignature", Signatures.write(Kind.CALL, proof));
            } else if (parts.size() == 1) {
                part.put("thoughtSignature", Signatures.UNSIGNED);
            }
        }
        choice.calls.clear();
        return parts;
    }

    /** Numbers of the answers, in order. */
    Iterable<Integer> numbers() {
        return choices.keySet();
    }

    /** Makes sure that an answer is told, even if it is empty. */
    void begin(int number) {
        choice(number);
    }

    /** Puts what ends an answer into its candidate. */
    void close(int number, ObjectNode candidate) {
        Choice choice = choice(number);
        if (choice.broken) {
            candidate.put("finishReason", "MALFORMED_FUNCTION_CALL");
            candidate.put("finishMessage", "The arguments of a call are no JSON object, or too long.");
        } else {
            candidate.put(
                    "finishReason", GeminiFinish.write(choice.reason == null ? FinishReason.OTHER : choice.reason));
        }
        candidate.put("index", number);
        candidate.setAll(choice.own);
        if (!choice.sources.isEmpty()) {
            candidate.putObject("citationMetadata").set("citationSources", choice.sources);
        }
    }

    /** Puts the usage, if any was told, into a response. */
    void putUsage(ObjectNode response) {
        TokenUsage tokens = usage;
        if (tokens != null) {
            ObjectNode told = response.putObject("usageMetadata");
            told.put("promptTokenCount", tokens.input());
            told.put("candidatesTokenCount", tokens.output() - tokens.reasoning());
            told.put("totalTokenCount", tokens.input() + tokens.output());
            if (tokens.cachedInput() > 0) {
                told.put("cachedContentTokenCount", tokens.cachedInput());
            }
            if (tokens.reasoning() > 0) {
                told.put("thoughtsTokenCount", tokens.reasoning());
            }
        }
    }
}
