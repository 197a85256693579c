package io.sluice.provider.azure;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.quota.Dimension;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.RateLimitHeaders;
import io.sluice.provider.SocketRequest;
import io.sluice.provider.UpstreamRequest;
import io.sluice.provider.openai.OpenAiErrors;
import io.sluice.provider.openai.OpenAiRequests;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Azure OpenAI. A base URL that ends in {@code /openai/v1} is the version-less form: the deployment is the body's model.
 * Any other is the dated form: the deployment is a path segment, {@code api-version} a query parameter, and the body's
 * model is ignored by Azure. The key goes in {@code api-key}.
 */
public final class AzureAdapter implements ProviderAdapter {
    private static final Set<Dimension> COUNTED = Set.of(Dimension.TOKENS);

    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        return OpenAiRequests.needsBytes(candidate, scan);
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Channel channel = candidate.channel();
        return OpenAiRequests.encode(
                candidate,
                scan,
                target,
                path -> target(channel, candidate.upstreamModel(), path),
                Map.of("api-key", candidate.account().key().reveal()));
    }

    @Override
    public SocketRequest realtime(Candidate candidate, boolean beta) {
        Channel channel = candidate.channel();
        String base = channel.baseUrl().path();
        String version = channel.apiVersion() == null ? "" : "api-version=" + segment(channel.apiVersion()) + "&";
        String deployment = segment(candidate.upstreamModel());
        String uri = base.endsWith("/openai/v1")
                ? base + "/realtime?" + version + "model=" + deployment
                : base + "/openai/realtime?" + version + "deployment=" + deployment;
        return OpenAiRequests.realtime(
                uri, Map.of("api-key", candidate.account().key().reveal()), beta);
    }

    private static String target(Channel channel, String deployment, String path) {
        String base = channel.baseUrl().path();
        String version = channel.apiVersion() == null ? "" : "?api-version=" + segment(channel.apiVersion());
        return base.endsWith("/openai/v1")
                ? base + path + version
                : base + "/openai/deployments/" + segment(deployment) + path + version;
    }

    private static String segment(String text) {
        return OpenAiRequests.escaped(text);
    }

    /** The models of the resource: deployments are listed by its management alone. */
    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        Channel channel = candidate.channel();
        String base = channel.baseUrl().path();
        String version = channel.apiVersion();
        return new ModelsCall(
                channel.baseUrl(),
                base.endsWith("/openai/v1")
                        ? base + "/models"
                        : base + "/openai/models" + (version == null ? "" : "?api-version=" + segment(version)),
                Map.of("api-key", candidate.account().key().reveal()),
                ModelsPage::ofData);
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return OpenAiErrors.classify(status, headers, body, now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return OpenAiErrors.TABLE.again(failure, now);
    }

    /** Tokens only: Azure has been seen to name requests by 10 s under the name of a minute's. */
    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return RateLimitHeaders.read(candidate, headers, COUNTED);
    }
}
