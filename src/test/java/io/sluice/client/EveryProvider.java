package io.sluice.client;

import io.sluice.testkit.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A node on the sample configuration with an account of each provider type; its simulator answers at once. */
final class EveryProvider {
    static final String KEY = "sk-sluice-sample-not-a-secret-0000000000";
    static final List<String> TYPES =
            List.of("openai", "azure", "anthropic", "gemini", "bedrock", "dashscope", "qianfan", "ollama");

    private EveryProvider() {}

    /** Starts it. */
    static NodeProcess start(Path dir) throws Exception {
        String gateway =
                Files.readString(Path.of("config/every-provider/gateway.yaml")).replace("8090", "@SIM@");
        return NodeProcess.start(dir, gateway, script(gateway), List.of());
    }

    /** The usual pace lets people watch an answer arrive: a second and a half for each of some hundred cases. */
    private static String script(String gateway) throws IOException {
        return gateway.lines()
                .filter(line -> line.contains("accounts: [{"))
                .map(line -> line.replaceAll(".* key: (.*) }].*", "$1"))
                .map(key -> "  \"" + key + "\": { first-token: 0, tokens-per-second: 0 }\n")
                .collect(Collectors.joining("", "credentials:\n", ""));
    }
}
