package io.sluice.domain.dialect.dashscope;

import java.util.Locale;

/** What names of models say. */
final class DashScopeModels {
    private DashScopeModels() {}

    /**
     * Whether a model is served by the multimodal endpoint also where nothing but text is said: those that see ({@code
     * -vl}, {@code qvq}, {@code -ocr}), hear ({@code -audio}, {@code -asr}) or both ({@code -omni}).
     */
    static boolean isMultimodal(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        return name.contains("-vl") || name.startsWith("qvq") || name.contains("-ocr") || hears(name);
    }

    private static boolean hears(String name) {
        return name.contains("-omni") || name.contains("-audio") || name.contains("-asr");
    }

    /** Whether a model answers in streams alone: those that always think, and those that speak. */
    static boolean isStreamOnly(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        return name.startsWith("qwq") || name.startsWith("qvq") || name.contains("-thinking") || name.contains("-omni");
    }
}
