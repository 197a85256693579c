package io.sluice.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** DashScope's own API: generation, embeddings, rerank. */
final class DashScopeService extends Service {
    /** The errors of all paths. */
    static final Wording WORDING = new DashScopeWording();

    private static final int MOST_TEXTS = 10;

    private final String action;

    private DashScopeService(String action) {
        super(WORDING);
        this.action = action;
    }

    /** The service of a path behind {@code /api/v1/services/}; null when there is none. */
    static @Nullable Service of(String rest) {
        return switch (rest) {
            case "aigc/text-generation/generation" -> new DashScopeService("text");
            case "aigc/multimodal-generation/generation" -> new DashScopeService("multimodal");
            case "embeddings/text-embedding/text-embedding" -> new DashScopeService("embedding");
            case "rerank/text-rerank/text-rerank" -> new DashScopeService("rerank");
            default -> null;
        };
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        Fields root = Fields.of(WORDING, asked.body(), asked.script().lenient());
        return switch (action) {
            case "embedding" -> embed(root, asked);
            case "rerank" -> rerank(root, asked);
            default -> generate(root, asked);
        };
    }

    private Planned generate(Fields root, Asked asked) throws RefusedRequest {
        boolean multimodal = action.equals("multimodal");
        boolean stream = asked.header("x-dashscope-sse").equals("enable")
                || asked.header("accept").contains("text/event-stream");
        DashScopeRules.Read read = DashScopeRules.read(root, multimodal, stream);
        Turn turn = read.turn();
        checkModel(asked, turn.model);
        Reply reply = Reply.to(turn, asked);
        DashScopeAnswer answer = new DashScopeAnswer(reply, read, multimodal);
        return stream
                ? Planned.stream(
                        turn.model,
                        ResponseHeaders.DASHSCOPE_EVENT_STREAM,
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

    private Planned embed(Fields root, Asked asked) throws RefusedRequest {
        String model = root.only(Set.of("model", "input", "parameters")).words("model");
        checkModel(asked, model);
        Fields input = root.object("input").only(Set.of("texts"));
        input.require("texts");
        List<String> texts = input.texts("texts", Integer.MAX_VALUE);
        if (texts.isEmpty() || texts.size() > MOST_TEXTS) {
            throw input.invalid(
                    "", "batch size is invalid, it should not be larger than " + MOST_TEXTS + ".: input.contents");
        }
        Fields parameters = root.objectOrNull("parameters");
        int dimensions = 1_024;
        if (parameters != null) {
            parameters
                    .only(Set.of("text_type", "dimension", "output_type", "instruct"))
                    .oneOf("text_type", Set.of("query", "document"), "document");
            dimensions = (int) parameters.whole("dimension", 64, 2_048, dimensions);
        }
        StringBuilder body = new StringBuilder("{\"output\":{\"embeddings\":[");
        long tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            tokens += ChatMessages.tokens(texts.get(i));
            body.append(i == 0 ? "" : ",").append("{\"text_index\":" + i + ",\"embedding\":");
            AnswerBody.floats(AnswerBody.vector(texts.get(i).hashCode(), dimensions), body);
            body.append('}');
        }
        body.append("]},\"usage\":{\"total_tokens\":" + tokens + "},\"request_id\":\"sim-" + asked.number() + "\"}");
        return Planned.whole(model, ResponseHeaders.JSON, tokens, 0, () -> Buffer.buffer(body.toString()));
    }

    private Planned rerank(Fields root, Asked asked) throws RefusedRequest {
        String model = root.only(Set.of("model", "input", "parameters")).words("model");
        checkModel(asked, model);
        Fields input = root.object("input").only(Set.of("query", "documents"));
        Fields parameters = root.objectOrNull("parameters");
        int top = Integer.MAX_VALUE;
        boolean documents = false;
        if (parameters != null) {
            parameters.only(Set.of("top_n", "return_documents"));
            top = parameters.tokens("top_n");
            documents = parameters.flag("return_documents", false);
        }
        Ranking ranking = Ranking.of(input, top, documents);
        String body = "{\"output\":{\"results\":" + ranking.results() + "},\"usage\":{\"total_tokens\":"
                + ranking.tokens() + "},\"request_id\":\"sim-" + asked.number() + "\"}";
        return Planned.whole(model, ResponseHeaders.JSON, ranking.tokens(), 0, () -> Buffer.buffer(body));
    }
}
