package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenAI's Responses API: answers, and those that are stored. */
final class ResponsesService extends Service {
    private static final String COUNT = "responses/input_tokens";

    private final Route.Dialect dialect;
    private final String rest;
    private final HttpMethod method;

    private ResponsesService(Route.Dialect dialect, String rest, HttpMethod method) {
        super(new ResponsesWording(new Route(dialect, Route.Endpoint.CHAT, "")));
        this.dialect = dialect;
        this.rest = rest;
        this.method = method;
    }

    /** The service of a path behind {@code /v1/}; null when there is none. */
    static @Nullable Service of(Route.Dialect dialect, String rest, HttpMethod method) {
        if (rest.equals("responses") || rest.equals(COUNT)) {
            return new ResponsesService(dialect, rest, HttpMethod.POST);
        }
        if (!rest.startsWith("responses/")) {
            return null;
        }
        String id = rest.substring("responses/".length());
        int slash = id.indexOf('/');
        HttpMethod wanted =
                switch (slash < 0 ? "" : id.substring(slash)) {
                    case "" -> method.equals(HttpMethod.DELETE) ? HttpMethod.DELETE : HttpMethod.GET;
                    case StoredAnswers.INPUT_ITEMS -> HttpMethod.GET;
                    case StoredAnswers.CANCEL -> HttpMethod.POST;
                    default -> null;
                };
        return wanted == null ? null : new ResponsesService(dialect, rest, wanted);
    }

    @Override
    HttpMethod method() {
        return method;
    }

    @Override
    boolean counted() {
        return rest.equals("responses");
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) {
        return OpenAiService.key(dialect, request);
    }

    @Override
    void checkHead(HttpServerRequest request) throws RefusedRequest {
        OpenAiService.checkVersion(dialect, request);
        if (!isAboutStored()) {
            super.checkHead(request);
        }
    }

    private boolean isAboutStored() {
        return rest.startsWith("responses/") && !rest.equals(COUNT);
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        if (isAboutStored()) {
            return new StoredAnswers(asked, rest.substring("responses/".length())).answer(method);
        }
        Fields root = Fields.of(wording(), asked.body(), asked.script().lenient());
        if (rest.equals(COUNT)) {
            Turn turn = ResponsesRules.read(wording(), root, before(root, asked));
            return Planned.free("{\"object\":\"response.input_tokens\",\"input_tokens\":" + turn.inputTokens + "}");
        }
        Turn turn = ResponsesRules.read(wording(), root, before(root, asked));
        OpenAiService.admit(dialect, asked.script(), turn.model);
        boolean stores = root.flag("store", true);
        boolean background = root.flag("background", false);
        if (background && !stores) {
            throw root.invalid("background", "a response can be made in the background only when it is stored");
        }
        Reply reply = Reply.to(turn, asked);
        ResponsesAnswer answer = new ResponsesAnswer(root, turn, reply, shown(asked, turn.model), stores);
        if (stores) {
            store(asked, root, answer, turn.stream);
        }
        if (background && !turn.stream) {
            return Planned.free(answer.queued());
        }
        return turn.stream
                ? Planned.stream(
                        turn.model,
                        ResponseHeaders.EVENT_STREAM,
                        turn.inputTokens,
                        reply.outputTokens(),
                        answer.events())
                : Planned.whole(
                        turn.model,
                        ResponseHeaders.JSON,
                        turn.inputTokens,
                        reply.outputTokens(),
                        () -> Buffer.buffer(answer.whole()));
    }

    private String shown(Asked asked, String model) {
        return dialect.azure()
                ? asked.script().deployments().getOrDefault(model, "gpt-4o-2024-08-06")
                : model + asked.script().modelSuffix();
    }

    private List<JsonNode> before(Fields root, Asked asked) throws RefusedRequest {
        String id = root.text("previous_response_id", "");
        if (id.isEmpty()) {
            return List.of();
        }
        Memory.Stored stored =
                asked.simulation().memory().stored(id, asked.arrival().credential());
        if (stored == null) {
            throw new RefusedRequest(ProviderError.of(
                    400,
                    "Previous response with id '" + id + "' not found.",
                    "invalid_request_error",
                    "previous_response_id",
                    "previous_response_not_found"));
        }
        List<JsonNode> items = new ArrayList<>();
        stored.turns().forEach(items::add);
        return items;
    }

    private void store(Asked asked, Fields root, ResponsesAnswer answer, boolean stream) throws RefusedRequest {
        boolean background = root.flag("background", false);
        JsonNode response = StoredAnswers.read(answer.whole());
        ArrayNode input = StoredAnswers.named(answer.id(), ResponsesRules.items(root, before(root, asked)));
        ArrayNode turns = input.deepCopy();
        response.path("output").forEach(turns::add);
        asked.simulation()
                .memory()
                .store(
                        answer.id(),
                        new Memory.Stored(
                                asked.arrival().credential(),
                                response,
                                input,
                                turns,
                                background && stream ? answer.events() : null,
                                background,
                                background && !stream));
    }

    /** OpenAI's errors; in a stream they are events of their own. */
    private static final class ResponsesWording extends OpenAiWording {
        ResponsesWording(Route route) {
            super(route);
        }

        @Override
        byte[] inStream() {
            return utf8("event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"The server had"
                    + " an error while processing your request.\",\"param\":null,\"sequence_number\":99}\n\n");
        }

        @Override
        byte[] broken() {
            return utf8("event: response.output_text.delta\ndata: {\"type\":\"response.output_te\n\n");
        }
    }
}
