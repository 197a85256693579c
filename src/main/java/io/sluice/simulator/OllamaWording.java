package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;

/** The errors of Ollama. */
final class OllamaWording extends Wording {
    @Override
    ProviderError error(int status, String message) {
        return new ProviderError(status, Map.of(), "{\"error\":" + Json.quote(message) + "}");
    }

    @Override
    ProviderError unknown(String at) {
        return error(400, "json: unknown field \"" + at + "\"");
    }

    @Override
    ProviderError missing(String at) {
        return error(400, at + " is required");
    }

    @Override
    ProviderError wrongType(String at, String wanted, JsonNode value) {
        return error(
                400,
                "json: cannot unmarshal " + value.getNodeType().toString().toLowerCase(Locale.ROOT)
                        + " into Go struct field ChatRequest." + at + ", wanted " + wanted);
    }

    @Override
    ProviderError noModel(String model) {
        return error(404, "model \"" + model + "\" not found, try pulling it first");
    }

    @Override
    ProviderError scripted(int status) {
        return status == 503
                ? error(503, "server busy, please try again.  maximum pending requests exceeded")
                : super.scripted(status);
    }

    @Override
    ProviderError notFound(String method, String path) {
        return new ProviderError(404, Map.of("content-type", "text/plain"), "404 page not found");
    }

    @Override
    byte[] inStream() {
        return utf8(inBody() + "\n");
    }

    @Override
    String inBody() {
        return error(500, "an error was encountered while running the model: unexpected EOF")
                .body();
    }

    @Override
    byte[] broken() {
        return utf8("{\"model\":\"broken\",\"mess\n");
    }
}
