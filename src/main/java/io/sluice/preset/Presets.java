package io.sluice.preset;

import io.sluice.domain.failure.ErrorTable;
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
    private static final Map<String, ErrorTable> TABLES = new ConcurrentHashMap<>();

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

    /**
     * What the errors of a dialect mean, whoever speaks it. The same table at every call.
     *
     * @param dialect the file's name: {@code openai} or {@code anthropic}
     */
    public static ErrorTable errors(String dialect) {
        return TABLES.computeIfAbsent(dialect, name -> PresetReader.errors(text("/errors/" + name + ".yaml")));
    }

    private static Preset read(String name) {
        return PresetReader.read(text("/presets/" + name + ".yaml"));
    }

    private static String text(String path) {
        try (InputStream file = Presets.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException(path + " is missing");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
