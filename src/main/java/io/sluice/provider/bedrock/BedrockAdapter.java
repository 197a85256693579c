package io.sluice.provider.bedrock;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProviderCodec;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.bedrock.BedrockCodec;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.UpstreamRequest;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Amazon Bedrock {@code Converse} and {@code ConverseStream}: chats, of every dialect. The model is a path segment.
 *
 * <p>An account's key of the form {@code ACCESS_KEY_ID:SECRET[:SESSION_TOKEN][@REGION]} signs its requests (Signature
 * Version 4, service {@code bedrock}); any other is an API key of Bedrock and goes as bearer. What is signed: method, path,
 * {@code host}, the hash of the body and the date, which is the second at which the request is written. The region is that
 * of the base URL's host, {@code bedrock-runtime.REGION.amazonaws.com} and its kin; the key's own is for hosts that do not
 * say it, such as a proxy that keeps the {@code Host} header.
 */
public final class BedrockAdapter implements ProviderAdapter {
    private static final ProviderCodec CODEC = new BedrockCodec();
    private static final String SERVICE = "bedrock";
    private static final Pattern CONTROL = Pattern.compile("(^|\\.)bedrock-runtime(-fips)?\\.");
    private static final Pattern HOST = Pattern.compile(
            "(?:^|\\.)bedrock-runtime(?:-fips)?\\.([a-z0-9-]+)\\.(?:vpce\\.)?(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)$");

    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        return scan.endpoint().kind() == Endpoint.Kind.CHAT
                ? Set.of(MediaKind.IMAGE, MediaKind.DOCUMENT, MediaKind.VIDEO)
                : Set.of();
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        if (scan.endpoint().kind() != Endpoint.Kind.CHAT) {
            throw Encoding.inexpressible(scan.endpoint().inputField());
        }
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), CODEC, target);
        byte[] body = Json.write(Encoding.ruled(candidate, translation.body()));
        BaseUrl base = candidate.channel().baseUrl();
        String path = path(base, candidate.upstreamModel(), scan.stream());
        Map<String, String> headers =
                credential(base, candidate.account().key().reveal(), path, body, target.created());
        headers.put("accept", scan.stream() ? BedrockCodec.EVENT_STREAM : "application/json");
        return new UpstreamRequest(path, headers, body, translation::tap, translation.lost());
    }

    /** The request target: the model, whose name may hold colons and slashes, is one segment. */
    static String path(BaseUrl base, String model, boolean stream) {
        return base.path() + "/model/" + SigV4.escape(model) + (stream ? "/converse-stream" : "/converse");
    }

    /**
     * The headers that say who asks.
     *
     * @param seconds since 1970
     * @throws GatewayException when nothing says the region
     */
    static Map<String, String> credential(BaseUrl base, String key, String path, byte[] body, long seconds) {
        AwsKey signing = AwsKey.of(key);
        return credential("POST", base, signing == null ? "" : region(base, signing), key, path, body, seconds);
    }

    private static Map<String, String> credential(
            String method, BaseUrl base, String region, String key, String path, byte[] body, long seconds) {
        AwsKey signing = AwsKey.of(key);
        if (signing == null) {
            Map<String, String> bearer = new LinkedHashMap<>();
            bearer.put("authorization", "Bearer " + key);
            return bearer;
        }
        String hash = SigV4.sha256(body);
        SortedMap<String, String> signed = new TreeMap<>();
        signed.put("x-amz-content-sha256", hash);
        signed.put("x-amz-date", SigV4.moment(seconds));
        if (signing.sessionToken() != null) {
            signed.put("x-amz-security-token", signing.sessionToken());
        }
        Map<String, String> headers = new LinkedHashMap<>(signed);
        // Written by the client itself, from the same base URL.
        signed.put("host", base.authority());
        headers.put("authorization", SigV4.authorization(signing, region, SERVICE, method, path, signed, hash));
        return headers;
    }

    private static String region(BaseUrl base, AwsKey key) {
        Matcher matcher = HOST.matcher(base.host());
        if (matcher.find()) {
            return matcher.group(1);
        }
        if (key.region() == null) {
            throw new GatewayException(UpstreamFailure.of(
                    Kind.ACCOUNT_REFUSED, "The region of the provider's account is not configured."));
        }
        return key.region();
    }

    /** Asked of the control plane, whose host is {@code bedrock} where requests go to {@code bedrock-runtime}. */
    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        BaseUrl base = candidate.channel().baseUrl();
        BaseUrl control = new BaseUrl(
                base.tls(), CONTROL.matcher(base.host()).replaceFirst("$1bedrock$2."), base.port(), base.path());
        String path = base.path() + "/foundation-models";
        String region = AwsKey.of(candidate.account().key().reveal()) == null ? "" : region(candidate);
        return new ModelsCall(
                control,
                path,
                credential("GET", control, region, candidate.account().key().reveal(), path, new byte[0], seconds),
                answer -> new ModelsPage(ModelsPage.names(answer.path("modelSummaries"), "modelId", name -> name), ""));
    }

    private static String region(Candidate candidate) {
        return region(
                candidate.channel().baseUrl(),
                Objects.requireNonNull(AwsKey.of(candidate.account().key().reveal())));
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return BedrockErrors.classify(status, headers, body, now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return ErrorTable.NONE.dated(failure, now);
    }

    /** Nothing: Bedrock sends no limits. */
    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return null;
    }
}
