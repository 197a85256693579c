package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;

/** Shows scripts in the structure in which they are read. */
final class ScriptWriter {
    private ScriptWriter() {}

    static ObjectNode write(CredentialScript script) {
        ObjectNode shown = Json.object()
                .put("first-token", millis(script.firstToken()))
                .put("tokens-per-second", script.tokensPerSecond())
                .put("answer", script.answer())
                .put("answer-tokens", script.answerTokens());
        CredentialScript.ToolCall call = script.toolCall();
        if (call != null) {
            shown.putObject("tool-call").put("name", call.name()).put("arguments", call.arguments());
        }
        shown.put("model-suffix", script.modelSuffix());
        ArrayNode models = shown.putArray("models");
        script.models().forEach(models::add);
        ObjectNode deployments = shown.putObject("deployments");
        script.deployments().forEach(deployments::put);
        shown.put("lenient", script.lenient());
        ObjectNode limits = shown.putObject("limits");
        if (script.limits().requests() > 0) {
            limits.put("rpm", script.limits().requests());
        }
        if (script.limits().tokens() > 0) {
            limits.put("tpm", script.limits().tokens());
        }
        shown.put("bytes-per-write", script.bytesPerWrite());
        if (script.secretKey() != null) {
            shown.put("secret-key", script.secretKey());
        }
        shown.put("token-lifetime", millis(script.tokenLifetime()));
        ArrayNode faults = shown.putArray("faults");
        script.faults().forEach(fault -> faults.add(write(fault)));
        return shown;
    }

    private static ObjectNode write(Fault fault) {
        ObjectNode shown = Json.object()
                .put("kind", name(fault.kind()))
                .put("every", fault.every())
                .put("probability", fault.probability());
        if (fault.times() > 0) {
            shown.put("times", fault.times());
        }
        if (fault.afterEvents() != null) {
            shown.put("after-events", fault.afterEvents());
        }
        if (!fault.delay().isZero()) {
            shown.put("delay", millis(fault.delay()));
        }
        if (fault.status() > 0) {
            shown.put("status", fault.status());
        }
        if (!fault.headers().isEmpty()) {
            ObjectNode headers = shown.putObject("headers");
            fault.headers().forEach(headers::put);
        }
        if (fault.body() != null) {
            shown.put("body", fault.body());
        }
        return shown;
    }

    /** How a script writes a kind. */
    static String name(Fault.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String millis(Duration duration) {
        return duration.toNanos() % 1_000_000 == 0 ? duration.toMillis() + "ms" : duration.toNanos() / 1e6 + "ms";
    }
}
