package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.ChatText;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.ProviderType;
import io.sluice.message.Accepted;
import io.sluice.tokens.PromptTokens;
import io.sluice.tokens.Vocabulary;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tokens of a request that is not made: by the provider where one of the model's accounts has an endpoint for
 * that; else, for OpenAI's models, with their vocabulary on a worker thread; else by the estimate that quota goes by too.
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
        return isCounter(candidate.channel().type()) && candidate.model().equals(scan.model());
    }

    private static boolean isCounter(ProviderType type) {
        return type == ProviderType.ANTHROPIC || type == ProviderType.GEMINI;
    }

    /**
     * Answers without a provider, and says so: with {@code tokens} where it is an estimate, and with the vocabulary behind
     * that where it is a count.
     *
     * @param model the model it asks for
     * @param record hands the usage record over; the answer waits for it
     * @return done when the answer was given; failed with the reason why there is none
     */
    static Future<Void> answer(
            ExchangeServices services,
            Incoming incoming,
            RequestScan scan,
            Model model,
            Supplier<Future<Accepted>> record) {
        Vocabulary vocabulary = vocabularyOf(model, scan);
        if (vocabulary == null) {
            long tokens = services.estimates().correctInput(scan.model(), scan.inputTokens() + model.systemTokens());
            return record.get().transform(done -> give(incoming, scan, "tokens", tokens));
        }
        // In order: a lane counts one prompt at a time, whatever its clients ask.
        return services.vertx()
                .executeBlocking(() -> {
                    ChatRequest request =
                            Translation.read(scan, scan.endpoint().dialect()).after(systemPromptOf(model, scan));
                    return PromptTokens.count(ChatText.of(request), vocabulary);
                })
                .compose(tokens -> record.get()
                        .transform(done -> give(incoming, scan, "tokens; vocabulary=" + vocabulary.label(), tokens)));
    }

    private static @Nullable String systemPromptOf(Model model, RequestScan scan) {
        return model.candidates().stream()
                .filter(candidate -> candidate.model().equals(scan.model()))
                .findFirst()
                .map(Candidate::systemPrompt)
                .orElse(null);
    }

    /** The provider's name says which it is; on Azure, where that is a deployment's, the public one does. */
    private static @Nullable Vocabulary vocabularyOf(Model model, RequestScan scan) {
        for (Candidate candidate : model.candidates()) {
            if (candidate.model().equals(scan.model())) {
                Vocabulary found = Vocabulary.of(candidate.upstreamModel());
                return found != null ? found : Vocabulary.of(scan.model());
            }
        }
        return null;
    }

    private static Future<Void> give(Incoming incoming, RequestScan scan, String mark, long tokens) {
        if (incoming.response().closed()) {
            return Future.succeededFuture();
        }
        incoming.response().putHeader(MARK, mark);
        String name = scan.endpoint().dialect() == ChatDialect.GEMINI ? "totalTokens" : "input_tokens";
        Answers.json(incoming, 200, Buffer.buffer("{\"" + name + "\":" + tokens + "}"));
        return Future.succeededFuture();
    }
}
