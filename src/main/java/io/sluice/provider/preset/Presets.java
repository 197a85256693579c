package io.sluice.provider.preset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The presets that come with Sluice. */
public final class Presets {
    /** Their names; the file of each is {@code presets/NAME.yaml}. */
    public static final List<String> NAMES = List.of(
            "baichuan",
            "dashscope",
            "deepseek",
            "hunyuan",
            "minimax",
            "moonshot",
            "openrouter",
            "qianfan",
            "qwen",
            "siliconflow",
            "spark",
            "stepfun",
            "volcengine",
            "zhipu");

    private Presets() {}

    /**
     * Reads a preset. Callers keep it: each call reads its file again.
     *
     * @param name one of {@link #NAMES}
     * @throws IllegalArgumentException for any other name
     */
    public static Preset of(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no preset " + name);
        }
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
