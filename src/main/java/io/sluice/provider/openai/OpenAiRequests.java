package io.sluice.provider.openai;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.Encoding;
import io.sluice.provider.UpstreamRequest;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Requests to every provider whose dialect is OpenAI's: they pass as they came, or are translated to a chat completion. */
public final class OpenAiRequests {
    private static final OpenAiCodec CODEC = new OpenAiCodec();

    private OpenAiRequests() {}

    /**
     * Writes a request.
     *
     * @param uri makes the request target of an endpoint's path, such as {@code /chat/completions}
     * @param headers the credential
     * @throws io.sluice.domain.failure.GatewayException when the request is malformed, or OpenAI has nothing like it
     */
    public static UpstreamRequest encode(
            Candidate candidate,
            RequestScan scan,
            AnswerTarget target,
            UnaryOperator<String> uri,
            Map<String, String> headers) {
        Endpoint asked = scan.endpoint();
        if (asked.dialect() == ChatDialect.OPENAI) {
            return new UpstreamRequest(
                    uri.apply(asked.path()),
                    headers,
                    Encoding.spliced(candidate, scan),
                    Encoding.passing(candidate, scan));
        }
        if (asked.kind() != Endpoint.Kind.CHAT) {
            throw Encoding.inexpressible(asked.inputField());
        }
        Translation translation = Encoding.translated(candidate, scan, asked.dialect(), CODEC, target);
        return new UpstreamRequest(
                uri.apply(Endpoint.CHAT_COMPLETIONS.path()),
                headers,
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                translation.lost());
    }
}
