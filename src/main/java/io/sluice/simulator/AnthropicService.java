package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Anthropic: messages, the counting of their tokens, models. */
final class AnthropicService extends Service {
    /** The errors of paths that are none. */
    static final Wording WORDING = new AnthropicWording();

    private static final Set<String> VERSIONS = Set.of("2023-01-01", "2023-06-01", "2026-10-21");
    private static final List<String> USUAL_MODELS =
            List.of("claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001", "claude-opus-4-1-20250805");

    private final String rest;

    private AnthropicService(String rest) {
        super(WORDING);
        this.rest = rest;
    }

    /** The service of a path behind {@code /v1/}; null when there is none. */
    static @Nullable Service of(String rest) {
        boolean known = rest.equals("messages")
                || rest.equals("messages/count_tokens")
                || rest.equals("models")
                || rest.startsWith("models/");
        return known ? new AnthropicService(rest) : null;
    }

    @Override
    HttpMethod method() {
        return rest.startsWith("models") ? HttpMethod.GET : HttpMethod.POST;
    }

    @Override
    boolean counted() {
        return rest.equals("messages");
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) {
        String key = request.getHeader("x-api-key");
        return key != null && !key.isEmpty() ? key : bearer(request);
    }

    @Override
    void checkHead(HttpServerRequest request) throws RefusedRequest {
        checkVersion(request);
        super.checkHead(request);
    }

    private static void checkVersion(HttpServerRequest request) throws RefusedRequest {
        String version = request.getHeader("anthropic-version");
        if (version == null) {
            throw new RefusedRequest(WORDING.error(400, "anthropic-version: header is required"));
        }
        if (!VERSIONS.contains(version)) {
            throw new RefusedRequest(
                    WORDING.error(400, "anthropic-version: \"" + version + "\" is not a valid version"));
        }
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        if (rest.startsWith("models")) {
            checkVersion(asked.request());
            return models(asked);
        }
        boolean generates = rest.equals("messages");
        Turn turn = AnthropicRules.read(WORDING, asked, generates);
        checkModel(asked, turn.model);
        if (!generates) {
            return Planned.free("{\"input_tokens\":" + turn.inputTokens + "}");
        }
        Reply reply = Reply.to(turn, asked);
        AnthropicAnswer answer = new AnthropicAnswer(reply);
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

    private Planned models(Asked asked) throws RefusedRequest {
        CredentialScript script = asked.script();
        List<String> names = script.models().isEmpty() ? USUAL_MODELS : script.models();
        if (rest.equals("models")) {
            String limit = asked.query("limit").isEmpty() ? "20" : asked.query("limit");
            if (!limit.matches("[1-9][0-9]{0,2}|1000")) {
                throw new RefusedRequest(WORDING.invalid("limit", "Input should be between 1 and 1000"));
            }
            String after = asked.query("after_id");
            int from = after.isEmpty() ? 0 : names.indexOf(after) + 1;
            if (from == 0 && !after.isEmpty()) {
                throw new RefusedRequest(WORDING.invalid("after_id", "is no model"));
            }
            List<String> page = names.subList(from, Math.min(from + Integer.parseInt(limit), names.size()));
            ObjectNode body = Json.object();
            ArrayNode data = body.putArray("data");
            page.forEach(name -> data.add(model(name)));
            body.put("has_more", from + page.size() < names.size())
                    .put("first_id", page.isEmpty() ? null : page.getFirst())
                    .put("last_id", page.isEmpty() ? null : page.getLast());
            return Planned.free(body.toString());
        }
        String name = Route.decoded(rest.substring("models/".length()));
        if (!names.contains(name) && !script.models().isEmpty()) {
            throw new RefusedRequest(WORDING.noModel(name));
        }
        return Planned.free(model(name).toString());
    }

    private static ObjectNode model(String name) {
        return Json.object()
                .put("type", "model")
                .put("id", name)
                .put("display_name", "Simulated " + name)
                .put("created_at", "2025-09-29T00:00:00Z")
                .put("max_input_tokens", 200_000)
                .put("max_tokens", 64_000);
    }
}
