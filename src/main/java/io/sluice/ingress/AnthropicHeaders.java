package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.json.RequestHead;
import io.vertx.core.MultiMap;
import java.util.List;

/**
 * The headers of Anthropic's clients that its adapter needs: {@code anthropic-version} and {@code anthropic-beta}. Versions
 * and betas that nobody here knows are as good as others; only their form is checked.
 */
final class AnthropicHeaders {
    private static final String VERSION = "anthropic-version";
    private static final String BETA = "anthropic-beta";
    private static final int LONGEST_VERSION = 64;
    private static final int LONGEST_BETA = 2_048;

    private AnthropicHeaders() {}

    /**
     * Reads them.
     *
     * @throws GatewayException when one is too long or holds what no header should
     */
    static RequestHead of(MultiMap headers) {
        List<String> versions = headers.getAll(VERSION);
        String version = versions.isEmpty() ? "" : versions.getFirst().strip();
        if (versions.size() > 1 || version.length() > LONGEST_VERSION || !isVisible(version)) {
            throw wrong(VERSION, "takes one version, for example 2023-06-01.");
        }
        String beta = "";
        for (String value : headers.getAll(BETA)) {
            String words = value.replace(" ", "").replace("\t", "");
            beta = beta.isEmpty() || words.isEmpty() ? beta + words : beta + "," + words;
            if (beta.length() > LONGEST_BETA || !isVisible(words)) {
                throw wrong(BETA, "takes words of visible ASCII with commas between, 2048 characters in all.");
            }
        }
        return version.isEmpty() && beta.isEmpty() ? RequestHead.NONE : RequestHead.anthropic(version, beta);
    }

    private static boolean isVisible(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) <= ' ' || value.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static GatewayException wrong(String name, String rule) {
        return new GatewayException(
                new InvalidRequest(Kind.MALFORMED, "The header " + name + " " + rule, name, "invalid_header"));
    }
}
