package io.sluice.simulator;

import io.sluice.simulator.Route.Dialect;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What an admitted request is answered, before it has a shape.
 *
 * @param route where it was asked
 * @param ask what was asked
 * @param id identity of the answer, without the endpoint's prefix
 * @param created seconds since 1970
 * @param model model named in the answer, escaped for a JSON string
 * @param tokens tokens of each choice
 * @param finish finish reason of each choice
 * @param text the words, when no tool is called
 * @param call the tool call; null when words are answered
 * @param withUsage whether usage is told
 */
record Answer(
        Route route,
        Ask ask,
        String id,
        long created,
        String model,
        int tokens,
        String finish,
        AnswerText text,
        @Nullable Call call,
        boolean withUsage) {
    private static final String AZURE_CHAT = "gpt-4o-2024-08-06";
    private static final String AZURE_EMBEDDING = "text-embedding-3-small";

    /**
     * A tool call in the fragments it is streamed in.
     *
     * @param name function name, escaped for a JSON string
     * @param fragments pieces of the arguments, each escaped for a JSON string; the name is a token of its own
     */
    record Call(String name, byte[][] fragments) {
        private static final int FRAGMENT = 4;

        static Call of(String name, String arguments) {
            int[] characters = arguments.codePoints().toArray();
            byte[][] fragments = new byte[Math.ceilDiv(characters.length, FRAGMENT)][];
            for (int i = 0; i < fragments.length; i++) {
                int from = i * FRAGMENT;
                String fragment = new String(characters, from, Math.min(FRAGMENT, characters.length - from));
                fragments[i] = Json.escape(fragment).getBytes(StandardCharsets.UTF_8);
            }
            return new Call(Json.escape(name), fragments);
        }

        /** The first fragments together. */
        String arguments(int count) {
            StringBuilder joined = new StringBuilder();
            for (int i = 0; i < count; i++) {
                joined.append(new String(fragments[i], StandardCharsets.UTF_8));
            }
            return joined.toString();
        }
    }

    /** Decides what is answered. */
    static Answer to(Route route, Ask ask, Credential.Arrival arrival, long number, long created) {
        CredentialScript script = arrival.script();
        Fault fault = arrival.fault();
        Call call = call(ask, script);
        int wanted = ask.embedding() != null ? 0 : call == null ? script.answerTokens() : call.fragments.length + 1;
        int tokens = Math.min(wanted, ask.maxTokens());
        String finish = tokens < wanted ? "length" : finish(ask, call);
        return new Answer(
                route,
                ask,
                "sim" + Long.toString(number, 36),
                created,
                Json.escape(model(route, ask, script)),
                tokens,
                finish,
                arrival.answer(),
                call,
                fault == null || fault.kind() != Fault.Kind.NO_USAGE);
    }

    private static @Nullable Call call(Ask ask, CredentialScript script) {
        Ask.Tool tool = ask.tool();
        if (tool == null) {
            return null;
        }
        CredentialScript.ToolCall scripted = script.toolCall();
        if (scripted != null) {
            return Call.of(tool.named() ? tool.name() : scripted.name(), scripted.arguments());
        }
        return tool.demanded() ? Call.of(tool.name(), tool.arguments()) : null;
    }

    /** OpenAI says {@code stop} when the one function to call was named by the request. */
    private static String finish(Ask ask, @Nullable Call call) {
        Ask.Tool tool = ask.tool();
        return call == null || tool == null || tool.named() ? "stop" : "tool_calls";
    }

    /** Azure answers with the model behind the deployment. */
    static String model(Route route, Ask ask, CredentialScript script) {
        if (!route.dialect().azure()) {
            return ask.model() + script.modelSuffix();
        }
        String deployment = route.dialect() == Dialect.AZURE_DATED ? route.name() : ask.model();
        return script.deployments().getOrDefault(deployment, ask.embedding() == null ? AZURE_CHAT : AZURE_EMBEDDING);
    }

    /** Tokens of all choices. */
    long outputTokens() {
        return (long) tokens * ask.choices();
    }
}
