package io.sluice.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the simulator treats the requests of one credential.
 *
 * @param firstToken delay before head and first token
 * @param tokensPerSecond pace of the tokens after the first; 0 sends all at once
 * @param answer text of the answer, repeated when a longer one is asked for
 * @param answerTokens length of the answer in tokens, 1 or more, unless the request allows fewer
 * @param toolCall tool call to answer with when a request offers tools; null to call one only when the request demands it
 * @param modelSuffix put behind the model's name in answers, as providers put dates; may be empty
 * @param models the models that exist; empty when every model does
 * @param deployments Azure deployments and the models behind them; empty when every deployment exists
 * @param lenient whether unknown request fields are accepted
 * @param limits what the account may use in a window
 * @param bytesPerWrite splits what is written into pieces of so many bytes; 0 for no splitting
 * @param faults what goes wrong
 * @param secretKey what signs its requests (the secret of an AWS access key, of a Qianfan application); null when it is
 *     not checked
 * @param tokenLifetime how long an access token lives
 */
public record CredentialScript(
        Duration firstToken,
        int tokensPerSecond,
        String answer,
        int answerTokens,
        @Nullable ToolCall toolCall,
        String modelSuffix,
        List<String> models,
        Map<String, String> deployments,
        boolean lenient,
        Limits limits,
        int bytesPerWrite,
        List<Fault> faults,
        @Nullable String secretKey,
        Duration tokenLifetime) {
    /** The answer of a credential without a script: 40 tokens that explain themselves. */
    public static final String DEFAULT_ANSWER = "Hello from the simulated provider that is built into Sluice."
            + " No key was needed and nothing was billed."
            + " Every word is one token, sent at its own time, so you can watch the answer arrive."
            + " A script sets the pace.";

    /** A credential without a script: streams visibly, has no limits and no faults. */
    public static final CredentialScript DEFAULT = new CredentialScript(
            Duration.ofMillis(50),
            25,
            DEFAULT_ANSWER,
            40,
            null,
            "",
            List.of(),
            Map.of(),
            false,
            Limits.NONE,
            0,
            List.of());

    /** A script without a secret, whose access tokens live for an hour. */
    public CredentialScript(
            Duration firstToken,
            int tokensPerSecond,
            String answer,
            int answerTokens,
            @Nullable ToolCall toolCall,
            String modelSuffix,
            List<String> models,
            Map<String, String> deployments,
            boolean lenient,
            Limits limits,
            int bytesPerWrite,
            List<Fault> faults) {
        this(
                firstToken,
                tokensPerSecond,
                answer,
                answerTokens,
                toolCall,
                modelSuffix,
                models,
                deployments,
                lenient,
                limits,
                bytesPerWrite,
                faults,
                null,
                Duration.ofHours(1));
    }

    /** Copies the collections. */
    public CredentialScript {
        models = List.copyOf(models);
        deployments = Map.copyOf(deployments);
        faults = List.copyOf(faults);
    }

    /**
     * A scripted tool call.
     *
     * @param name function name
     * @param arguments the arguments as the model would write them; need not be valid JSON
     */
    public record ToolCall(String name, String arguments) {}

    /**
     * Limits of an account in the simulator's rolling window.
     *
     * @param requests requests a window; 0 for no limit
     * @param tokens tokens a window; 0 for no limit
     */
    public record Limits(long requests, long tokens) {
        /** No limits. */
        public static final Limits NONE = new Limits(0, 0);
    }
}
