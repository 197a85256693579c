package io.sluice.provider;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScan;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Tells a path that a provider does not have from a model that it does not have. At the endpoints that not everybody has, a
 * 404 that does not speak of the model means the path: the next candidate is asked, and no client can take a model away
 * from all others by asking for what its provider lacks.
 */
final class MissingEndpoint {
    private static final Pattern MODEL = Pattern.compile("(?i)model|deployment");

    private MissingEndpoint() {}

    /**
     * What a refusal means at an endpoint.
     *
     * @param failure what it means to the adapter
     * @param scan what was asked
     */
    static UpstreamFailure or(UpstreamFailure failure, RequestScan scan) {
        boolean noPath = failure.status() == 404 || failure.status() == 405;
        if (scan.endpoint().isCommon() || !noPath || namesModel(failure)) {
            return failure;
        }
        return new UpstreamFailure(
                Kind.INEXPRESSIBLE,
                failure.status(),
                "The model '" + scan.model() + "' cannot be used at /v1"
                        + scan.endpoint().path() + ": its provider does not have this endpoint.",
                null,
                "model",
                "unsupported_endpoint",
                Duration.ZERO);
    }

    private static boolean namesModel(UpstreamFailure failure) {
        return "model".equals(failure.param())
                || failure.code() != null && MODEL.matcher(failure.code()).find()
                || MODEL.matcher(failure.message()).find();
    }
}
