package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON objects of one answer: the only one of an answer that is whole, or one after another of a stream. Tells
 * one {@link ChatEvent.Failed} at most, and nothing after it.
 */
final class AnswerReader {
    private static final int MOST_CHOICES = 1_024;
    private static final int ID_IN_CALLS = 24;

    private final List<@Nullable ChoiceReader> choices = new ArrayList<>();
    private String idPrefix = "call";
    private @Nullable TokenUsage usage;
    private boolean started;
    private boolean cited;
    private boolean over;

    /** Whether nothing more is told: the answer has failed, or ended. */
    boolean isOver() {
        return over;
    }

    /** Reads one object. */
    void read(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        JsonNode root = Json.read(bytes, from, to);
        if (root == null) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is not JSON."), out);
        } else if (isError(root)) {
            fail(UpstreamErrors.inAnswer(Json.write(root)), out);
        } else if (root.isObject()) {
            object(root, out);
        } else {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is not a JSON object."), out);
        }
    }

    /** Errors of every shape that servers put where an answer should be, besides those of choices. */
    private static boolean isError(JsonNode root) {
        if (root.isArray()) {
            return root.path(0).has("error");
        }
        JsonNode error = root.path("error");
        if (error.isContainerNode() ? !error.isEmpty() : truthy(error)) {
            return true;
        }
        JsonNode status = root.path("base_resp").path("status_code");
        if (status.asInt(0) != 0 || "error".equals(root.path("object").textValue())) {
            return true;
        }
        if (root.path("choices").isArray() || root.path("usage").isObject()) {
            return false;
        }
        return root.path("message").isTextual()
                || root.path("msg").isTextual()
                || root.has("detail")
                || root.has("error_msg")
                || root.has("error_code")
                || root.path("Response").has("Error");
    }

    private static boolean truthy(JsonNode value) {
        return value.isTextual() ? !value.textValue().isEmpty() : value.asBoolean(false);
    }

    private void object(JsonNode root, Consumer<ChatEvent> out) {
        JsonNode list = root.path("choices");
        TokenUsage told = OpenAiUsage.read(root.get("usage"));
        if (!list.isEmpty() || told != null) {
            start(root, out);
        }
        int position = 0;
        for (JsonNode element : list) {
            if (element.isObject() && !choice(element, position++, out)) {
                return;
            }
            if (told == null) {
                told = OpenAiUsage.read(element.get("usage"));
            }
        }
        sources(root, out);
        if (told == null) {
            told = OpenAiUsage.read(root.path("x_groq").get("usage"));
        }
        if (told != null && !told.equals(usage)) {
            usage = told;
            out.accept(new ChatEvent.Usage(told));
        }
    }

    private void start(JsonNode root, Consumer<ChatEvent> out) {
        if (started) {
            return;
        }
        started = true;
        String id = root.path("id").isTextual() ? root.path("id").textValue() : "";
        String model = root.path("model").isTextual() ? root.path("model").textValue() : "";
        idPrefix = "call_" + word(id);
        out.accept(
                new ChatEvent.Start(id, model, Math.max(0, root.path("created").asLong(0))));
    }

    /** The end of an id, as far as it may be a part of another. */
    private static String word(String id) {
        StringBuilder word = new StringBuilder();
        for (int i = Math.max(0, id.length() - ID_IN_CALLS); i < id.length(); i++) {
            char c = id.charAt(i);
            if (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                word.append(c);
            }
        }
        return word.toString();
    }

    private boolean choice(JsonNode element, int position, Consumer<ChatEvent> out) {
        JsonNode index = element.path("index");
        int number = index.isInt() ? index.intValue() : position;
        if (number < 0 || number >= MOST_CHOICES) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer has a choice out of range."), out);
            return false;
        }
        while (choices.size() <= number) {
            choices.add(null);
        }
        ChoiceReader reader = choices.get(number);
        if (reader == null) {
            reader = new ChoiceReader(number, idPrefix);
            choices.set(number, reader);
        }
        JsonNode error = element.path("error");
        ChoiceReader.Fault fault =
                error.isObject() && !error.isEmpty() ? ChoiceReader.Fault.FAILED : reader.read(element, out);
        switch (fault) {
            case NONE -> {
                return true;
            }
            case MALFORMED ->
                fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer has a malformed tool call."), out);
            case FAILED -> fail(UpstreamErrors.inAnswer(Json.write(element)), out);
        }
        return false;
    }

    /** Sources as Perplexity tells them: beside the choices, again with each chunk. */
    private void sources(JsonNode root, Consumer<ChatEvent> out) {
        JsonNode found = root.path("search_results");
        JsonNode addresses = root.path("citations");
        if (cited || found.isEmpty() && addresses.isEmpty() || choices.isEmpty()) {
            return;
        }
        cited = true;
        for (JsonNode source : found.isEmpty() ? addresses : found) {
            JsonNode url = source.isTextual() ? source : source.path("url");
            if (url.isTextual()) {
                ObjectNode citation = Json.object().put("type", "url_citation");
                citation.putObject("url_citation")
                        .put("url", url.textValue())
                        .put("title", source.path("title").asText(""))
                        .put("start_index", 0)
                        .put("end_index", 0);
                out.accept(new ChatEvent.Citation(0, ChatDialect.OPENAI, citation));
            }
        }
    }

    /**
     * Nothing follows.
     *
     * @param closed whether the answer said so itself; a choice without a reason has ended then too
     */
    void end(boolean closed, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        boolean any = false;
        for (ChoiceReader choice : choices) {
            if (choice == null) {
                continue;
            }
            any = true;
            if (!choice.isFinished() && !closed) {
                return;
            }
            if (!choice.finish(FinishReason.OTHER, "", out)) {
                fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer has a malformed tool call."), out);
                return;
            }
        }
        if (any) {
            over = true;
            out.accept(new ChatEvent.End());
        } else if (closed) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is empty."), out);
        }
    }

    void fail(UpstreamFailure failure, Consumer<ChatEvent> out) {
        if (!over) {
            over = true;
            out.accept(new ChatEvent.Failed(failure));
        }
    }
}
