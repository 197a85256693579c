package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.ProviderType;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tokens of a request that is not made: by the provider where one of the model's accounts has an endpoint for
 * that in the client's dialect, else by the estimate that quota goes by too.
 */
final class CountTokens {
    private static final String MARK = "x-sluice-estimated";

    private CountTokens() {}

    /** Whether that is what a request asks. */
    static boolean isAsked(RequestScan scan) {
        return scan.endpoint().kind() == Endpoint.Kind.COUNT_TOKENS;
    }

    /** Whether a provider of the model can count. */
    static boolean isNative(Model model, RequestScan scan) {
        return model.candidates().stream().anyMatch(candidate -> counts(candidate, scan));
    }

    /** Those of the candidates that can count for the model that was asked for; another one counts otherwise. */
    static List<Candidate> natives(List<Candidate> candidates, RequestScan scan) {
        return candidates.stream().filter(candidate -> counts(candidate, scan)).toList();
    }

    private static boolean counts(Candidate candidate, RequestScan scan) {
        return candidate.channel().type() == counterOf(scan.endpoint().dialect())
                && candidate.model().equals(scan.model());
    }

    private static @Nullable ProviderType counterOf(ChatDialect dialect) {
        return dialect == ChatDialect.ANTHROPIC
                ? ProviderType.ANTHROPIC
                : dialect == ChatDialect.GEMINI ? ProviderType.GEMINI : null;
    }

    /** Answers with the estimate, and says that it is one. */
    static void estimate(ExchangeServices services, Incoming incoming, RequestScan scan) {
        long tokens = services.estimates().correctInput(scan.model(), scan.inputTokens());
        incoming.response().putHeader(MARK, "tokens");
        String name = scan.endpoint().dialect() == ChatDialect.GEMINI ? "totalTokens" : "input_tokens";
        Answers.json(incoming, 200, Buffer.buffer("{\"" + name + "\":" + tokens + "}"));
    }
}
