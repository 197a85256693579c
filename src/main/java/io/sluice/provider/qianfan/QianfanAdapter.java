package io.sluice.provider.qianfan;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.Secret;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.qianfan.QianfanCodec;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.preset.Presets;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.TokenGrant;
import io.sluice.provider.UpstreamRequest;
import io.sluice.provider.openai.OpenAiErrors;
import io.sluice.provider.openai.OpenAiRequests;
import io.sluice.provider.preset.InAnswerTap;
import io.sluice.provider.preset.TableErrors;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Baidu Qianfan (Qianfan API reference, 2026). Version 2 is shaped like OpenAI's API: base URL {@code
 * https://qianfan.baidubce.com/v2}, a key such as {@code bce-v3/ALTAK-…/…} as bearer. The key may be followed by {@code
 * @app-…}, which goes into the header {@code appid}.
 *
 * <p>An account whose key is {@code API_KEY:SECRET_KEY} is one of the older API, at {@code https://aip.baidubce.com}: an
 * access token is made of the key, and the model stands in the path, under the name of its endpoint ({@code
 * completions_pro}) or one of the names here that are better known. It has chats alone.
 */
public final class QianfanAdapter implements ProviderAdapter {
    private static final String OLDER_CHAT = "/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/";

    /** Endpoints of the older API by the names of their models. */
    private static final Map<String, String> ENDPOINTS = Map.of(
            "ernie-4.0-8k", "completions_pro",
            "ernie-4.0", "completions_pro",
            "ernie-3.5-8k", "completions",
            "ernie-3.5", "completions",
            "ernie-lite", "eb-instant",
            "ernie-speed", "ernie_speed",
            "ernie-speed-8k", "ernie_speed");

    private final ErrorTable errors = Presets.of("qianfan").errors().before(OpenAiErrors.TABLE);
    private final QianfanCodec older = new QianfanCodec(errors);

    @Override
    public @Nullable TokenGrant grant(Candidate candidate) {
        Secret key = candidate.account().key();
        return AccessTokens.areMadeOf(key)
                ? new AccessTokens(candidate.channel().baseUrl(), key)
                : null;
    }

    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        if (!AccessTokens.isQuery(candidate.account().key())) {
            return OpenAiRequests.needsBytes(candidate, scan);
        }
        return scan.endpoint().kind() == Endpoint.Kind.CHAT ? Set.of(MediaKind.TEXT) : Set.of();
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Secret key = candidate.account().key();
        if (AccessTokens.isQuery(key)) {
            return older(candidate, scan, target);
        }
        UpstreamRequest request = OpenAiRequests.encode(
                candidate, scan, target, path -> candidate.channel().baseUrl().path() + path, headers(key.reveal()));
        return new UpstreamRequest(
                request.uri(),
                request.headers(),
                request.body(),
                InAnswerTap.reading(request.answer(), errors),
                request.lost());
    }

    private static Map<String, String> headers(String key) {
        int at = key.lastIndexOf("@app-");
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("authorization", "Bearer " + (at < 0 ? key : key.substring(0, at)));
        if (at >= 0) {
            headers.put("appid", key.substring(at + 1));
        }
        return headers;
    }

    private UpstreamRequest older(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Endpoint endpoint = scan.endpoint();
        if (endpoint.kind() != Endpoint.Kind.CHAT) {
            throw Encoding.inexpressible(endpoint.inputField());
        }
        Translation translation = Encoding.translated(candidate, scan, endpoint.dialect(), older, target);
        String model = candidate.upstreamModel();
        String path = ENDPOINTS.getOrDefault(model.toLowerCase(Locale.ROOT), model);
        return new UpstreamRequest(
                candidate.channel().baseUrl().path() + OLDER_CHAT + escaped(path) + "?"
                        + candidate.account().key().reveal(),
                Map.of(),
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                translation.lost());
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /** Version 2 has a list, the older API has none. */
    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        Secret key = candidate.account().key();
        if (AccessTokens.isQuery(key)) {
            throw Encoding.inexpressible("models");
        }
        BaseUrl base = candidate.channel().baseUrl();
        return new ModelsCall(base, base.path() + "/models", headers(key.reveal()), ModelsPage::ofData);
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return TableErrors.classify(errors, status, headers, body, now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return errors.again(failure, now);
    }

    /**
     * Nothing: the service names its limits, for windows that are whole minutes of its clock, and not how long until the
     * next. What is left of such a window says nothing of one that slides.
     */
    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return null;
    }
}
