package io.sluice.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.Secret;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.PassedProofs;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.anthropic.AnthropicCodec;
import io.sluice.domain.dialect.anthropic.AnthropicCounting;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.sse.JsonTap;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.SseTap;
import io.sluice.provider.AnswerReading;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.UpstreamRequest;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic, and any service that speaks its Messages API: the endpoint's path below the base URL, which ends in
 * {@code /v1}, as {@code https://api.anthropic.com/v1} does; a base URL without a path is taken for one with {@code /v1}.
 * Anthropic's own requests pass as they came, chats of other dialects are translated.
 */
public final class AnthropicAdapter implements ProviderAdapter {
    /** The version of the API whose wire format the codec speaks. */
    static final String VERSION = "2023-06-01";

    private static final int MODELS_A_PAGE = 1000;
    private static final String BETA = "anthropic-beta";
    private static final AnthropicCodec CODEC = new AnthropicCodec();

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        return switch (scan.endpoint()) {
            case MESSAGES, COUNT_MESSAGE_TOKENS -> passed(candidate, scan, target);
            case CHAT_COMPLETIONS, RESPONSES, GENERATE_CONTENT -> translated(candidate, scan, target);
            case COUNT_CONTENT_TOKENS -> counting(candidate, scan, target);
            default -> throw Encoding.inexpressible(scan.endpoint().path());
        };
    }

    private static UpstreamRequest passed(Candidate candidate, RequestScan scan, AnswerTarget target) {
        PassedProofs body = Encoding.spliced(candidate, scan);
        return new UpstreamRequest(
                path(candidate, scan.endpoint()) + (scan.head().anthropicBeta().isEmpty() ? "" : "?beta=true"),
                headers(candidate, scan.head()),
                body.body(),
                Encoding.asAsked(scan, CODEC, target, passing(candidate, scan.endpoint())),
                body.lost());
    }

    private static UpstreamRequest translated(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), CODEC, target);
        return new UpstreamRequest(
                path(candidate, Endpoint.MESSAGES),
                headers(candidate, RequestHead.NONE),
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                translation.lost());
    }

    private static UpstreamRequest counting(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), CODEC, target);
        return new UpstreamRequest(
                path(candidate, Endpoint.COUNT_MESSAGE_TOKENS),
                headers(candidate, RequestHead.NONE),
                Json.write(AnthropicCounting.body(translation.body())),
                contentType -> contentType.startsWith("application/json") ? AnthropicCounting.tap() : null,
                translation.lost());
    }

    private static String path(Candidate candidate, Endpoint endpoint) {
        String base = candidate.channel().baseUrl().path();
        return (base.isEmpty() ? "/v1" : base) + endpoint.path();
    }

    /**
     * What passes as it came is of the version and the betas that the client named, and of the operator's betas; what the
     * codec wrote is of its own version.
     */
    private static Map<String, String> headers(Candidate candidate, RequestHead head) {
        String key = candidate.account().key().reveal();
        String version = head.anthropicVersion().isEmpty() ? VERSION : head.anthropicVersion();
        if (head.anthropicBeta().isEmpty()) {
            return Map.of("x-api-key", key, "anthropic-version", version);
        }
        Secret operators = candidate.outbound().headers().get(BETA);
        String betas = operators == null ? head.anthropicBeta() : operators.reveal() + "," + head.anthropicBeta();
        return Map.of("x-api-key", key, "anthropic-version", version, BETA, betas);
    }

    private static AnswerReading passing(Candidate candidate, Endpoint endpoint) {
        // After a fallback the answer names the model that served, not the one that was asked for.
        String rename = candidate.model().equals(candidate.upstreamModel()) ? null : candidate.model();
        return contentType -> tap(contentType, endpoint, rename);
    }

    /** A stream where the answer says so, whatever was asked for. */
    private static @Nullable ResponseTap tap(String contentType, Endpoint endpoint, @Nullable String rename) {
        if (contentType.startsWith("text/event-stream") && endpoint.streams()) {
            return SseTap.ofMessages(rename);
        }
        if (!contentType.startsWith("application/json")) {
            return null;
        }
        return endpoint.streams() ? JsonTap.ofMessage(rename) : JsonTap.ofTokenCount();
    }

    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        BaseUrl base = candidate.channel().baseUrl();
        String after = page.isEmpty() ? "" : "&after_id=" + URLEncoder.encode(page, UTF_8);
        return new ModelsCall(
                base,
                (base.path().isEmpty() ? "/v1" : base.path()) + "/models?limit=" + MODELS_A_PAGE + after,
                headers(candidate, RequestHead.NONE),
                answer -> new ModelsPage(
                        ModelsPage.names(answer.path("data"), "id", name -> name),
                        answer.path("has_more").asBoolean()
                                ? answer.path("last_id").asText("")
                                : ""));
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return AnthropicErrors.classify(status, headers, body, now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return AnthropicErrors.TABLE.again(failure, now);
    }

    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return AnthropicLimits.read(candidate, headers);
    }
}
