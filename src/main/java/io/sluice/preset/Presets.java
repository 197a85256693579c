package io.sluice.preset;

import io.sluice.domain.pool.Preset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The presets that come with Sluice. */
public final class Presets {
    /** Their names; the file of each is {@code presets/NAME.yaml}. */
    public static final List<String> NAMES = List.of(
            "baichuan",
            "cerebras",
            "cohere",
            "dashscope",
            "deepseek",
            "fireworks",
            "github-models",
            "groq",
            "hunyuan",
            "llama-cpp",
            "lm-studio",
            "minimax",
            "mistral",
            "moonshot",
            "nvidia-nim",
            "one-api",
            "openrouter",
            "perplexity",
            "qianfan",
            "qwen",
            "siliconflow",
            "spark",
            "stepfun",
            "together",
            "vllm",
            "volcengine",
            "xai",
            "xinference",
            "zhipu");

    private static final Map<String, Preset> READ = new ConcurrentHashMap<>();

    private Presets() {}

    /**
     * A preset. The same one at every call.
     *
     * @param name one of {@link #NAMES}
     * @throws IllegalArgumentException for any other name
     */
    public static Preset of(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no preset " + name);
        }
        return READ.computeIfAbsent(name, Presets::read);
    }

    private static Preset read(String name) {
        try (InputStream file = Presets.class.getResourceAsStream("/presets/" + name + ".yaml")) {
            if (file == null) {
                throw new IllegalStateException("presets/" + name + ".yaml is missing");
            }
            return PresetReader.read(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
