package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Qianfan before its version 2: an access token in the query, the model in the path, errors with status 200. */
final class QianfanService extends Service {
    /** The errors of all paths. */
    static final Wording WORDING = new QianfanWording();

    private static final int MOST_TEXTS = 16;

    private final String kind;
    private final String endpoint;

    private QianfanService(String kind, String endpoint) {
        super(WORDING);
        this.kind = kind;
        this.endpoint = endpoint;
    }

    /** The service of a path behind {@code wenxinworkshop/}; null when there is none. */
    static @Nullable Service of(String rest) {
        int slash = rest.indexOf('/');
        String kind = slash < 0 ? "" : rest.substring(0, slash);
        return (kind.equals("chat") || kind.equals("embeddings")) && slash + 1 < rest.length()
                ? new QianfanService(kind, Route.decoded(rest.substring(slash + 1)))
                : null;
    }

    @Override
    String credential(HttpServerRequest request, Simulation simulation) throws RefusedRequest {
        String token = request.getParam("access_token");
        String account = token == null
                ? null
                : simulation.memory().account(token, simulation.clock().getAsLong());
        if (account == null) {
            throw new RefusedRequest(WORDING.unauthenticated(token));
        }
        return account;
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        checkModel(asked, endpoint);
        Fields root = Fields.of(WORDING, asked.body(), asked.script().lenient());
        return kind.equals("chat") ? chat(root, asked) : embed(root);
    }

    private Planned embed(Fields root) throws RefusedRequest {
        root.only(Set.of("input", "user_id")).require("input");
        List<String> texts = root.texts("input", MOST_TEXTS);
        StringBuilder body = new StringBuilder("{\"id\":\"as-sim\",\"object\":\"embedding_list\",\"data\":[");
        long tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            tokens += ChatMessages.tokens(texts.get(i));
            body.append(i == 0 ? "" : ",").append("{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":");
            AnswerBody.floats(AnswerBody.vector(texts.get(i).hashCode(), 384), body);
            body.append('}');
        }
        body.append("],\"usage\":{\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens + "}}");
        return Planned.whole(endpoint, ResponseHeaders.JSON, tokens, 0, () -> Buffer.buffer(body.toString()));
    }

    private Planned chat(Fields root, Asked asked) throws RefusedRequest {
        Turn turn = turn(root);
        Reply reply = Reply.to(turn, asked);
        return turn.stream
                ? Planned.stream(
                        endpoint,
                        ResponseHeaders.PLAIN_EVENT_STREAM,
                        turn.inputTokens,
                        reply.outputTokens(),
                        events(reply))
                : Planned.whole(
                        endpoint,
                        ResponseHeaders.JSON,
                        turn.inputTokens,
                        reply.outputTokens(),
                        () -> Buffer.buffer(body(
                                reply,
                                "",
                                reply.said(),
                                call(reply),
                                ",\"finish_reason\":\"" + finish(reply) + "\"",
                                reply.outputTokens())));
    }

    private Turn turn(Fields root) throws RefusedRequest {
        Turn turn = new Turn();
        turn.model = endpoint;
        turn.single = true;
        root.only(Set.of(
                        "messages",
                        "functions",
                        "tool_choice",
                        "temperature",
                        "top_p",
                        "penalty_score",
                        "stream",
                        "system",
                        "stop",
                        "disable_search",
                        "enable_citation",
                        "max_output_tokens",
                        "min_output_tokens",
                        "response_format",
                        "user_id"))
                .decimal("temperature", Double.MIN_VALUE, 1)
                .decimal("top_p", 0, 1)
                .decimal("penalty_score", 1, 2);
        turn.stream = root.flag("stream", false);
        turn.maxTokens = (int) root.whole("max_output_tokens", 2, 1 << 20, Integer.MAX_VALUE);
        turn.stops = root.texts("stop", 4);
        turn.json = root.oneOf("response_format", Set.of("json_object", "text"), "text")
                .equals("json_object");
        turn.count(root.text("system", ""));
        for (Fields function : root.objects("functions")) {
            function.only(Set.of("name", "description", "parameters", "responses", "examples"));
            function.words("description");
            turn.offers.add(new Turn.Offer(
                    function.words("name"), function.object("parameters").node()));
        }
        Fields choice = root.objectOrNull("tool_choice");
        if (choice != null) {
            turn.choice = Turn.Choice.NAMED;
            turn.named = choice.object("function").words("name");
        }
        root.require("messages");
        List<Fields> messages = root.objects("messages");
        if (messages.size() % 2 == 0) {
            throw root.invalid("", "the length of messages must be an odd number");
        }
        for (int i = 0; i < messages.size(); i++) {
            message(messages.get(i), i, turn);
        }
        return turn;
    }

    private static void message(Fields message, int at, Turn turn) throws RefusedRequest {
        message.only(Set.of("role", "content", "name", "function_call"));
        String role = message.text("role");
        if (at % 2 == 0 && !role.equals("user") && !role.equals("function")) {
            throw message.invalid("", "the role of message with odd index in the messages must be user or function");
        }
        if (at % 2 == 1 && !role.equals("assistant")) {
            throw message.invalid("", "the role of message with even index in the messages must be assistant");
        }
        boolean calls = message.has("function_call");
        String text = calls ? message.text("content", "") : message.words("content");
        turn.countMessage();
        turn.count(text);
        turn.results.clear();
        if (calls) {
            message.object("function_call")
                    .only(Set.of("name", "arguments", "thoughts"))
                    .text("arguments");
        }
        if (role.equals("function")) {
            message.words("name");
            turn.results.add(text);
        } else if (role.equals("user")) {
            turn.question = text;
        }
    }

    private static String finish(Reply reply) {
        return switch (reply.finish()) {
            case STOP -> "normal";
            case LENGTH -> "length";
            case STOP_SEQUENCE -> "stop";
            case CALLS -> "function_call";
        };
    }

    private static String call(Reply reply) {
        if (reply.calls().isEmpty()) {
            return "";
        }
        Reply.Call call = reply.calls().get(0);
        return ",\"function_call\":{\"name\":" + quote(call.name()) + ",\"arguments\":" + quote(call.arguments()) + "}";
    }

    private static String body(Reply reply, String sentence, String text, String call, String finish, int tokens) {
        String usage = reply.withUsage()
                ? ",\"usage\":{\"prompt_tokens\":" + reply.inputTokens() + ",\"completion_tokens\":" + tokens
                        + ",\"total_tokens\":" + (reply.inputTokens() + tokens) + "}"
                : "";
        return "{\"id\":\"as-" + reply.id() + "\",\"object\":\"chat.completion\",\"created\":" + reply.created()
                + sentence + ",\"result\":" + quote(text) + call
                + ",\"is_truncated\":false,\"need_clear_history\":false"
                + finish + usage + "}";
    }

    private static Frames events(Reply reply) {
        Frames frames = new Frames();
        frames.tokens(
                reply.text().size(),
                place -> event(body(
                        reply,
                        ",\"sentence_id\":" + place + ",\"is_end\":false",
                        reply.text().get(place),
                        "",
                        "",
                        place + 1)));
        String end = ",\"sentence_id\":" + reply.text().size() + ",\"is_end\":true";
        return frames.add(event(body(
                reply, end, "", call(reply), ",\"finish_reason\":\"" + finish(reply) + "\"", reply.outputTokens())));
    }

    private static byte[] event(String data) {
        return utf8("data: " + data + "\n\n");
    }

    /** Errors of numbers, with status 200. */
    private static final class QianfanWording extends Wording {
        @Override
        ProviderError error(int status, String message) {
            return of(
                    switch (status) {
                        case 400, 405, 413, 415 -> 336_003;
                        case 401 -> 110;
                        case 403 -> 6;
                        case 404 -> 3;
                        case 429 -> 18;
                        case 503 -> 336_100;
                        default -> 336_000;
                    },
                    message);
        }

        private static ProviderError of(int code, String message) {
            return new ProviderError(
                    200,
                    Map.of(),
                    "{\"error_code\":" + code + ",\"error_msg\":" + quote(message) + ",\"id\":\"as-sim\"}");
        }

        @Override
        ProviderError notJson() {
            return of(336_002, "Invalid JSON");
        }

        @Override
        ProviderError unauthenticated(@Nullable String credential) {
            return of(110, "Access token invalid or no longer valid");
        }

        @Override
        ProviderError noModel(String model) {
            return of(3, "Unsupported openapi method");
        }

        @Override
        ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
            return of(336_501, "Rate limit reached for RPM");
        }

        @Override
        ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
            return of(336_502, "Rate limit reached for TPM");
        }

        @Override
        String inBody() {
            return of(336_000, "Internal error").body();
        }
    }
}
