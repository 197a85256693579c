package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Bedrock runtime: Converse as a whole and as an event stream, with an API key or a signature. */
final class BedrockService extends Service {
    /** The errors of all paths. */
    static final BedrockWording WORDING = new BedrockWording();

    private static final List<String> USUAL_MODELS =
            List.of("anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-lite-v1:0");

    private final String model;
    private final String action;

    private BedrockService(String model, String action) {
        super(WORDING);
        this.model = model;
        this.action = action;
    }

    /** The service of a path from {@code /} on; null when there is none. */
    static @Nullable Service of(String path) {
        if (path.equals("/foundation-models")) {
            return new BedrockService("", "list");
        }
        int end = path.indexOf('/', "/model/".length());
        if (!path.startsWith("/model/") || end < 0) {
            return null;
        }
        String action = path.substring(end + 1);
        return Set.of("converse", "converse-stream", "count-tokens").contains(action)
                ? new BedrockService(Route.decoded(path.substring("/model/".length(), end)), action)
                : null;
    }

    @Override
    HttpMethod method() {
        return action.equals("list") ? HttpMethod.GET : HttpMethod.POST;
    }

    @Override
    boolean counted() {
        return !action.equals("count-tokens");
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) throws RefusedRequest {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.startsWith("AWS4")) {
            return bearer(request);
        }
        AwsSignature signature = AwsSignature.read(header);
        if (signature == null) {
            throw new RefusedRequest(WORDING.error(
                    403, "IncompleteSignatureException", "Authorization header has not the form for service bedrock."));
        }
        String complaint = signature.complaint(request, Instant.now());
        if (complaint != null) {
            throw new RefusedRequest(WORDING.error(403, "InvalidSignatureException", complaint));
        }
        return signature.key();
    }

    /** Checks the signature itself, where the script tells the secret key. */
    private static void checkSignature(Asked asked) throws RefusedRequest {
        AwsSignature signature = AwsSignature.read(asked.header("authorization"));
        String secret = asked.script().secretKey();
        if (signature != null && secret != null && !signature.fits(asked.request(), asked.body(), secret)) {
            throw new RefusedRequest(WORDING.error(
                    403,
                    "InvalidSignatureException",
                    "The request signature we calculated does not match the signature you provided. Check your AWS"
                            + " Secret Access Key and signing method. Consult the service documentation for details."));
        }
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        checkSignature(asked);
        if (action.equals("list")) {
            return models(asked.script());
        }
        checkModel(asked, model);
        Fields root = Fields.of(WORDING, asked.body(), asked.script().lenient());
        if (action.equals("count-tokens")) {
            Fields converse = root.only(Set.of("input")).object("input").object("converse");
            return Planned.free("{\"inputTokens\":" + BedrockRules.read(converse, model).inputTokens + "}");
        }
        Turn turn = BedrockRules.read(root, model);
        Reply reply = Reply.to(turn, asked);
        BedrockAnswer answer = new BedrockAnswer(reply);
        return action.equals("converse-stream")
                ? Planned.stream(
                        model,
                        ResponseHeaders.AWS_EVENT_STREAM,
                        turn.inputTokens,
                        reply.outputTokens(),
                        answer.events())
                : Planned.whole(
                        model,
                        ResponseHeaders.JSON,
                        turn.inputTokens,
                        reply.outputTokens(),
                        () -> Buffer.buffer(answer.whole()));
    }

    private static Planned models(CredentialScript script) {
        ObjectNode body = Json.object();
        ArrayNode models = body.putArray("modelSummaries");
        for (String name : script.models().isEmpty() ? USUAL_MODELS : script.models()) {
            ObjectNode model = models.addObject()
                    .put("modelId", name)
                    .put("modelArn", "arn:aws:bedrock:us-east-1::foundation-model/" + name)
                    .put("modelName", "Simulated " + name)
                    .put("providerName", "Simulator")
                    .put("responseStreamingSupported", true);
            model.putArray("inputModalities").add("TEXT").add("IMAGE");
            model.putArray("outputModalities").add("TEXT");
        }
        return Planned.free(body.toString());
    }
}
