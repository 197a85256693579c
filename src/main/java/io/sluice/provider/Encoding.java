package io.sluice.provider;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.PassedProofs;
import io.sluice.domain.dialect.ProviderCodec;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.gemini.GeminiEmbedRequest;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestSplice;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.ResponseTaps;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What adapters share: requests that pass as they came, and requests that are translated. */
public final class Encoding {
    private Encoding() {}

    /**
     * The body of a request in the provider's own dialect: as the client wrote it, but for what must be replaced, and for
     * proofs of thinking that are another provider's. A form's is empty.
     */
    public static PassedProofs spliced(Candidate candidate, RequestScan scan) {
        if (scan.endpoint().isForm()) {
            return new PassedProofs(scan.body(), List.of());
        }
        Preset preset = candidate.channel().preset();
        byte[] body = RequestSplice.apply(
                scan,
                candidate.upstreamModel(),
                // Responses tell it unasked, and refuse the wish.
                scan.stream()
                        && scan.endpoint().dialect() == ChatDialect.OPENAI
                        && (preset == null || !preset.quirks().contains(Preset.Quirk.NO_STREAM_OPTIONS)),
                candidate.parameters(),
                candidate.systemPrompt());
        return proved(candidate, scan.endpoint(), body);
    }

    /** A body in the provider's own dialect without proofs of thinking that are another provider's. */
    public static PassedProofs proved(Candidate candidate, Endpoint endpoint, byte[] body) {
        Preset preset = candidate.channel().preset();
        return preset != null && preset.quirks().contains(Preset.Quirk.KEEPS_PROOFS)
                ? new PassedProofs(body, List.of())
                : PassedProofs.of(endpoint, body, candidate.upstreamModel(), signsCalls(candidate));
    }

    /** Whether a provider of OpenAI's dialect is Google, whose signatures of calls stand in it. */
    public static boolean signsCalls(Candidate candidate) {
        return candidate.channel().baseUrl().host().endsWith(".googleapis.com");
    }

    /** Reads an OpenAI-shaped answer that passes as it came. */
    public static AnswerReading passing(Candidate candidate, RequestScan scan) {
        boolean stream = scan.stream();
        boolean hideUsage = !scan.includeUsage();
        var endpoint = scan.endpoint();
        if (!endpoint.isCommon()) {
            int choices = scan.choices();
            return contentType -> ResponseHeaders.isReadable(endpoint, contentType)
                    ? ResponseTaps.ofMedia(endpoint, choices, contentType, candidate.model(), candidate.upstreamModel())
                    : null;
        }
        return contentType -> ResponseHeaders.isReadable(contentType)
                // After a fallback the answer names the model that served, not the one that was asked for.
                ? ResponseTaps.of(
                        endpoint, stream, contentType, candidate.model(), candidate.upstreamModel(), hideUsage)
                : null;
    }

    /**
     * Reads the answer to a chat that passes as it came. Where a provider answers whole though a stream was asked for, or the
     * reverse, the answer is put into the form that the client waits for.
     *
     * @param scan the client's request
     * @param codec of its dialect
     * @param target what the answer says besides, where it is written anew
     * @param passing reads an answer that came as it was asked for
     */
    public static AnswerReading asAsked(
            RequestScan scan, ProviderCodec codec, AnswerTarget target, AnswerReading passing) {
        if (scan.endpoint().kind() != Endpoint.Kind.CHAT) {
            return passing;
        }
        String other = scan.stream() && !target.arrayStream() ? "application/json" : "text/event-stream";
        return contentType -> {
            ResponseTap reformed = contentType.startsWith(other) ? reformed(scan, codec, target, contentType) : null;
            return reformed == null ? passing.tap(contentType) : reformed;
        };
    }

    /**
     * Reads an answer to a chat that is not in the form that was asked for, and puts it into that.
     *
     * @param scan the client's request
     * @param codec of its dialect
     * @param target what the answer says besides
     * @param contentType the answer's
     * @return null when it is none of the dialect's, or the request cannot be read
     */
    public static @Nullable ResponseTap reformed(
            RequestScan scan, ProviderCodec codec, AnswerTarget target, String contentType) {
        try {
            return Translation.reformed(scan, codec, target, contentType);
        } catch (GatewayException e) {
            // The provider understood what cannot be read here; then its answer can only pass as it came.
            return null;
        }
    }

    /**
     * Translates a chat.
     *
     * @param client the client's dialect
     * @param provider the provider's
     * @throws GatewayException when the request is malformed, or the provider's dialect cannot carry it
     */
    public static Translation translated(
            Candidate candidate, RequestScan scan, ChatDialect client, ProviderCodec provider, AnswerTarget target) {
        return carried(() -> Translation.of(
                scan,
                client,
                provider,
                candidate.upstreamModel(),
                candidate.systemPrompt(),
                candidate.channel().lenient(),
                target));
    }

    /**
     * Translates, whatever it is.
     *
     * @throws GatewayException also when the provider's dialect cannot carry it
     */
    public static <T> T carried(Supplier<T> translation) {
        try {
            return translation.get();
        } catch (InexpressibleException e) {
            throw inexpressible(e.field());
        }
    }

    /** The provider has nothing like this. */
    public static GatewayException inexpressible(String field) {
        return new GatewayException(new UpstreamFailure(
                Kind.INEXPRESSIBLE,
                0,
                "'" + field + "' cannot be carried to the provider that serves this model.",
                null,
                field,
                "unsupported_parameter",
                Duration.ZERO));
    }

    /**
     * A Gemini client's request for vectors, for a provider that is asked otherwise.
     *
     * @param uri request target
     * @param headers the credential
     * @param writer the provider's body
     * @param errors reads an answer that is an error
     * @throws GatewayException when the request is malformed, or the provider cannot carry it
     */
    public static UpstreamRequest vectors(
            Candidate candidate,
            RequestScan scan,
            String uri,
            Map<String, String> headers,
            Function<GeminiEmbedRequest, ObjectNode> writer,
            Function<byte[], UpstreamFailure> errors) {
        return carried(() -> {
            GeminiEmbedRequest request = GeminiEmbedRequest.read(
                    scan, new Losses(ChatDialect.GEMINI, candidate.channel().lenient()));
            byte[] body = Json.write(ruled(candidate, writer.apply(request)));
            return new UpstreamRequest(
                    uri,
                    headers,
                    body,
                    contentType -> ResponseHeaders.isReadable(contentType) ? request.tap(errors) : null,
                    request.lost());
        });
    }

    /** Whether a Gemini client asks for vectors. */
    public static boolean isGeminiVectors(RequestScan scan) {
        return scan.endpoint().dialect() == ChatDialect.GEMINI
                && scan.endpoint().kind() == Endpoint.Kind.EMBEDDINGS;
    }

    /** A translated body with the channel's rules for its top-level fields. */
    public static ObjectNode ruled(Candidate candidate, ObjectNode body) {
        ParameterRules rules = candidate.parameters();
        rules.remove().forEach(body::remove);
        rules.set().forEach((field, json) -> body.set(field, Json.read(json)));
        rules.defaults().forEach((field, json) -> {
            if (!body.has(field)) {
                body.set(field, Json.read(json));
            }
        });
        return body;
    }
}
