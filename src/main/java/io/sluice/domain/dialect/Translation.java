package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.sse.ResponseTap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request between two dialects: the provider's body, and the reading of the answer. Keeps nothing of the request but
 * what the answer repeats.
 */
public final class Translation {
    private final ObjectNode body;
    private final List<String> lost;
    private final AnswerEncoder encoder;
    private final ProviderCodec provider;
    private final boolean stream;

    private Translation(
            ObjectNode body, List<String> lost, AnswerEncoder encoder, ProviderCodec provider, boolean stream) {
        this.body = body;
        this.lost = lost;
        this.encoder = encoder;
        this.provider = provider;
        this.stream = stream;
    }

    /**
     * Translates a request.
     *
     * @param scan the client's request
     * @param client its dialect
     * @param provider the provider's dialect
     * @param upstreamModel the provider's name of the model
     * @param systemPrompt what the chat begins with before the client's own; null for nothing
     * @param lenient whether what cannot be carried is dropped and listed instead of refused
     * @param target what the answer says besides what the provider says
     * @throws GatewayException when the request is malformed
     * @throws io.sluice.domain.chat.InexpressibleException when the provider's dialect cannot carry it
     */
    public static Translation of(
            RequestScan scan,
            ChatDialect client,
            ProviderCodec provider,
            String upstreamModel,
            @Nullable String systemPrompt,
            boolean lenient,
            AnswerTarget target) {
        ClientCodec codec = Dialects.client(client);
        ChatRequest request = read(scan, client).after(systemPrompt);
        Losses losses = new Losses(client, lenient);
        ObjectNode body = provider.encodeRequest(request, upstreamModel, losses);
        return new Translation(body, losses.fields(), codec.answerEncoder(request, target), provider, request.stream());
    }

    /**
     * Reads an answer in the request's own dialect that did not come as it was asked for, whole or in pieces, and writes it
     * so.
     *
     * @param scan the client's request
     * @param provider the codec of its dialect
     * @param target what the answer says besides what the provider says
     * @param contentType the answer's; lower case, empty when it has none
     * @return null when it is none of the dialect's
     * @throws GatewayException when the request cannot be read
     */
    public static @Nullable ResponseTap reformed(
            RequestScan scan, ProviderCodec provider, AnswerTarget target, String contentType) {
        ChatDialect dialect = scan.endpoint().dialect();
        AnswerDecoder decoder = provider.answerDecoder(contentType, scan.stream());
        return decoder == null
                ? null
                : new TranslatingTap(decoder, Dialects.client(dialect).answerEncoder(read(scan, dialect), target));
    }

    /**
     * Reads a client's request.
     *
     * @param scan the request
     * @param client its dialect
     * @throws GatewayException when the request is malformed
     */
    public static ChatRequest read(RequestScan scan, ChatDialect client) {
        ChatRequest already = scan.chat();
        if (already != null) {
            return already;
        }
        JsonNode json = Json.read(scan.body(), 0, scan.body().length);
        if (scan.endpoint() == Endpoint.COUNT_CONTENT_TOKENS && json instanceof ObjectNode counted) {
            json = countedRequest(counted);
        }
        if (!(json instanceof ObjectNode object)) {
            throw malformed("The body is not a JSON object, or holds numbers or texts beyond all use.", null);
        }
        try {
            return Dialects.client(client).decodeRequest(object, scan.model(), scan.stream());
        } catch (MalformedRequestException e) {
            throw malformed(e.getMessage(), e.field());
        }
    }

    /** Gemini's {@code countTokens} takes contents, or a whole request around them. */
    private static ObjectNode countedRequest(ObjectNode body) {
        String name = body.has("generateContentRequest") ? "generateContentRequest" : "generate_content_request";
        if (!(body.get(name) instanceof ObjectNode whole)) {
            return body;
        }
        for (Map.Entry<String, JsonNode> beside : body.properties()) {
            if (!beside.getKey().equals(name)
                    && !beside.getKey().equals("model")
                    && !beside.getValue().isNull()) {
                throw malformed(
                        "'" + beside.getKey() + "' stands beside '" + name + "': write it inside.", beside.getKey());
            }
        }
        return whole;
    }

    private static GatewayException malformed(@Nullable String message, @Nullable String field) {
        return new GatewayException(new InvalidRequest(
                InvalidRequest.Kind.MALFORMED, message == null ? "" : message, field, "invalid_value"));
    }

    /** The body for the provider; the caller may change it. */
    public ObjectNode body() {
        return body;
    }

    /** Names of the client's fields that were dropped. */
    public List<String> lost() {
        return lost;
    }

    /**
     * Reads the answer. Used once.
     *
     * @param contentType the answer's; lower case, empty when it has none
     * @return null when it is none of the provider's dialect
     */
    public @Nullable ResponseTap tap(String contentType) {
        AnswerDecoder decoder = provider.answerDecoder(contentType, stream);
        return decoder == null ? null : new TranslatingTap(decoder, encoder);
    }
}
