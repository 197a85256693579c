package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Fields that a target which does not have them leaves out without a word, because no answer differs by it: the one list of
 * them. All other fields without a place are refused, or dropped aloud. {@code docs/translation.md} shows it.
 */
public final class HarmlessFields {
    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");
    private static final Predicate<JsonNode> ANY = value -> true;
    private static final Predicate<JsonNode> FALSE = value -> value.isBoolean() && !value.booleanValue();

    private static final List<Rule> RULES = List.of(
            rule("metadata", "labels for the provider's own lists", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            rule("labels", "labels for the provider's bills", ChatDialect.GEMINI),
            rule("safety_identifier", "a name of the client's user", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            rule("prompt_cache_key", "a hint to a cache", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            rule("prompt_cache_retention", "a hint to a cache", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            rule("prompt_cache_options", "a hint to a cache", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            rule("cache_control", "a hint to a cache", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            rule("messages.cache_control", "a hint to a cache", ChatDialect.OPENAI),
            rule("messages.content.cache_control", "a hint to a cache", ChatDialect.OPENAI),
            rule("messages.content.prompt_cache_breakpoint", "a hint to a cache", ChatDialect.OPENAI),
            rule("input.content.prompt_cache_breakpoint", "a hint to a cache", ChatDialect.RESPONSES),
            rule("prediction", "a guess of the answer makes it faster, not another", ChatDialect.OPENAI),
            rule("stream_options.include_obfuscation", "pads a stream", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            only("store", "false", FALSE, "nothing is stored", ChatDialect.OPENAI, ChatDialect.RESPONSES),
            only("store", "false", FALSE, "nothing is stored", ChatDialect.GEMINI),
            only("background", "false", FALSE, "what happens anyway", ChatDialect.RESPONSES),
            only("truncation", "disabled", word("disabled"), "what happens anyway", ChatDialect.RESPONSES),
            only(
                    "verbosity",
                    "medium",
                    word("medium"),
                    "what happens anyway",
                    ChatDialect.OPENAI,
                    ChatDialect.RESPONSES),
            only("modalities", "[\"text\"]", list("text"), "what happens anyway", ChatDialect.OPENAI),
            only(
                    "generationConfig.responseModalities",
                    "[\"TEXT\"]",
                    list("TEXT"),
                    "what happens anyway",
                    ChatDialect.GEMINI),
            rule("messages.annotations", "sources of an earlier answer, for its reader", ChatDialect.OPENAI),
            rule("messages.tool_calls.index", "a place in the stream of an earlier answer", ChatDialect.OPENAI),
            rule("messages.content.caller", "who called a tool", ChatDialect.ANTHROPIC),
            rule("tools.eager_input_streaming", "how a call is cut into pieces", ChatDialect.ANTHROPIC),
            rule("input.id", "the name of an item of an earlier answer", ChatDialect.RESPONSES),
            rule("input.status", "the state of an item of an earlier answer", ChatDialect.RESPONSES),
            rule("input.content.annotations", "sources of an earlier answer, for its reader", ChatDialect.RESPONSES),
            rule("input.content.logprobs", "probabilities of an earlier answer", ChatDialect.RESPONSES));

    private HarmlessFields() {}

    /**
     * A field that may be left out.
     *
     * @param clients whose field it is
     * @param field its path without indices, such as {@code messages.content.caller}
     * @param when the value with which it may, in words; empty for every value
     * @param value whether it may with this value
     * @param reason why no answer differs by it
     */
    public record Rule(List<ChatDialect> clients, String field, String when, Predicate<JsonNode> value, String reason) {
        /** Copies the list. */
        public Rule {
            clients = List.copyOf(clients);
        }
    }

    /** All of them. */
    public static List<Rule> rules() {
        return RULES;
    }

    /**
     * Whether a field may be left out without a word.
     *
     * @param client the dialect that it is written in
     * @param field its path, with or without indices
     * @param value what it says
     */
    public static boolean isHarmless(ChatDialect client, String field, JsonNode value) {
        if (value.isNull()) {
            return true;
        }
        String shape = shape(field);
        for (Rule rule : RULES) {
            if (rule.field().equals(shape)
                    && rule.clients().contains(client)
                    && rule.value().test(value)) {
                return true;
            }
        }
        return false;
    }

    /** A path without indices. */
    static String shape(String field) {
        return field.indexOf('[') < 0 ? field : INDEX.matcher(field).replaceAll("");
    }

    private static Rule rule(String field, String reason, ChatDialect... clients) {
        return only(field, "", ANY, reason, clients);
    }

    private static Rule only(
            String field, String when, Predicate<JsonNode> value, String reason, ChatDialect... clients) {
        return new Rule(Arrays.asList(clients), field, when, value, reason);
    }

    private static Predicate<JsonNode> word(String word) {
        return value -> word.equals(value.textValue());
    }

    private static Predicate<JsonNode> list(String word) {
        return value -> value.isArray()
                && value.size() == 1
                && word.equalsIgnoreCase(value.get(0).asText());
    }
}
