package io.sluice.simulator;

import io.sluice.simulator.Route.Endpoint;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * An answer as the events of a stream. Any event can be written from its number alone: Azure's prompt filter, the role
 * of each choice, the tokens (choice by choice for each), the end of each choice, usage, {@code [DONE]}.
 */
final class AnswerEvents implements AnswerStream {
    private static final byte[] DONE = bytes("data: [DONE]\n\n");

    private final Answer answer;
    private final boolean chat;
    private final int choices;
    private final int tokenEvents;
    private final int afterFilter;
    private final int afterRoles;
    private final int afterTokens;
    private final int afterFinish;
    private final int afterUsage;
    private final byte[][] before;
    private final byte[] after;

    AnswerEvents(Answer answer) {
        this.answer = answer;
        this.chat = answer.route().endpoint() == Endpoint.CHAT;
        this.choices = answer.ask().choices();
        // The name of a called tool is its first token and stands in the role event.
        this.tokenEvents = answer.call() == null ? answer.tokens() : answer.tokens() - 1;
        this.afterFilter = answer.route().dialect().azure() ? 1 : 0;
        this.afterRoles = afterFilter + (chat ? choices : 0);
        this.afterTokens = Math.addExact(afterRoles, Math.multiplyExact(tokenEvents, choices));
        this.afterFinish = afterTokens + choices;
        this.afterUsage = afterFinish + (answer.ask().includeUsage() && answer.withUsage() ? 1 : 0);
        this.before = new byte[choices][];
        for (int i = 0; i < choices; i++) {
            before[i] = bytes(tokenHead(i));
        }
        this.after = bytes(tokenTail());
    }

    /** How many events there are, {@code [DONE]} included. */
    @Override
    public int count() {
        return afterUsage + 1;
    }

    /** How many tokens of its choice come before an event: it is due when that many intervals have passed. */
    @Override
    public int interval(int event) {
        if (event < afterRoles || tokenEvents == 0) {
            return 0;
        }
        return event < afterTokens ? (event - afterRoles) / choices : tokenEvents - 1;
    }

    /** Tokens that are out once so many events are. */
    @Override
    public long tokensIn(int events) {
        long tokens = Math.max(0, Math.min(events, afterTokens) - afterRoles);
        return answer.call() == null ? tokens : tokens + Math.max(0, Math.min(events, afterRoles) - afterFilter);
    }

    /** Writes an event. */
    @Override
    public void append(int event, Buffer to) {
        if (event >= afterRoles && event < afterTokens) {
            int token = event - afterRoles;
            to.appendBytes(before[token % choices]);
            to.appendBytes(piece(token / choices));
            to.appendBytes(after);
        } else if (event < afterFilter) {
            to.appendString(AnswerBody.PROMPT_FILTER_EVENT);
        } else if (event < afterRoles) {
            to.appendString(role(event - afterFilter));
        } else if (event < afterFinish) {
            to.appendString(finish(event - afterTokens));
        } else if (event < afterUsage) {
            to.appendString(usage());
        } else {
            to.appendBytes(DONE);
        }
    }

    private byte[] piece(int token) {
        Answer.Call call = answer.call();
        return call == null ? answer.text().piece(token) : call.fragments()[token];
    }

    private String head() {
        return "data: {\"id\":\"" + AnswerBody.idPrefix(answer) + answer.id() + "\",\"object\":\""
                + (chat ? "chat.completion.chunk" : "text_completion") + "\",\"created\":" + answer.created()
                + ",\"model\":\"" + answer.model() + "\",\"service_tier\":\"default\",\"system_fingerprint\":\""
                + AnswerBody.FINGERPRINT + "\",\"choices\":[";
    }

    private String end() {
        return answer.ask().includeUsage() ? "],\"usage\":null}\n\n" : "]}\n\n";
    }

    private String tail(String finish) {
        String filter = answer.route().dialect().azure() ? ",\"content_filter_results\":{}" : "";
        return ",\"logprobs\":null,\"finish_reason\":" + finish + filter + "}" + end();
    }

    private String tokenHead(int choice) {
        if (!chat) {
            return head() + "{\"index\":" + choice + ",\"text\":\"";
        }
        String delta = answer.call() == null
                ? "\"content\":\""
                : "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"";
        return head() + "{\"index\":" + choice + ",\"delta\":{" + delta;
    }

    private String tokenTail() {
        if (!chat) {
            return "\"" + tail("null");
        }
        return (answer.call() == null ? "\"}" : "\"}}]}") + tail("null");
    }

    private String role(int choice) {
        Answer.Call call = answer.call();
        String delta = call == null
                ? "\"content\":\"\",\"refusal\":null"
                : "\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"" + AnswerBody.callId(answer, choice)
                        + "\",\"type\":\"function\",\"function\":{\"name\":\"" + call.name()
                        + "\",\"arguments\":\"\"}}],\"refusal\":null";
        return head() + "{\"index\":" + choice + ",\"delta\":{\"role\":\"assistant\"," + delta + "}" + tail("null");
    }

    private String finish(int choice) {
        String delta = chat ? "\"delta\":{}" : "\"text\":\"\"";
        return head() + "{\"index\":" + choice + "," + delta + tail('"' + answer.finish() + '"');
    }

    private String usage() {
        return head() + "],\"usage\":" + AnswerBody.usage(answer) + "}\n\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
