package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Reasoning;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code thinkingConfig}: a budget of tokens for the models of 2.5, a level for those of 3, never both (Gemini API,
 * thinking, 2026). Large models cannot be told not to think; they get the least they know, which is a loss.
 */
final class ThinkingWriter {
    private static final long LOW = 1_024;
    private static final long MEDIUM = 8_192;
    private static final long HIGH = 24_576;
    private static final long PRO_LEAST = 128;
    private static final long PRO_MOST = 32_768;

    private final ModelTraits model;
    private final Losses losses;

    ThinkingWriter(ModelTraits model, Losses losses) {
        this.model = model;
        this.losses = losses;
    }

    void write(@Nullable Reasoning reasoning, ObjectNode config) {
        if (reasoning == null) {
            return;
        }
        String effort = reasoning.effort() == null ? null : reasoning.effort().toLowerCase(Locale.ROOT);
        boolean off = Boolean.FALSE.equals(reasoning.enabled()) || "none".equals(effort);
        if (!model.thinks()) {
            if (!off) {
                losses.lose(Feature.REASONING);
            }
            return;
        }
        ObjectNode thinking = config.putObject("thinkingConfig");
        if (Boolean.TRUE.equals(reasoning.show()) && !off) {
            thinking.put("includeThoughts", true);
        }
        if (model.hasLevels()) {
            String level = level(off, effort, reasoning.budgetTokens());
            if (level != null) {
                thinking.put("thinkingLevel", level);
            }
        } else {
            Long budget = budget(off, effort, reasoning);
            if (budget != null) {
                thinking.put("thinkingBudget", budget);
            }
        }
        if (thinking.isEmpty()) {
            config.remove("thinkingConfig");
        }
    }

    private @Nullable String level(boolean off, @Nullable String effort, @Nullable Long budget) {
        if (off) {
            losses.lose(Feature.REASONING);
            return model.pro() ? "LOW" : "MINIMAL";
        }
        if (effort != null) {
            return switch (effort) {
                case "minimal" -> model.pro() ? "LOW" : "MINIMAL";
                case "low" -> "LOW";
                // The first large model of 3 knows LOW and HIGH alone.
                case "medium" -> model.pro() && model.version() == 30 ? "HIGH" : "MEDIUM";
                default -> "HIGH";
            };
        }
        if (budget == null || budget < 0) {
            return null;
        }
        return budget <= LOW * 2 ? "LOW" : budget <= MEDIUM && !model.pro() ? "MEDIUM" : "HIGH";
    }

    private @Nullable Long budget(boolean off, @Nullable String effort, Reasoning reasoning) {
        if (off) {
            if (model.pro()) {
                losses.lose(Feature.REASONING);
                return PRO_LEAST;
            }
            return 0L;
        }
        Long tokens = reasoning.budgetTokens();
        if (tokens != null) {
            return tokens < 0 ? (Long) (-1L) : (Long) Math.clamp(tokens, model.pro() ? PRO_LEAST : 1, most());
        }
        if (effort != null) {
            return switch (effort) {
                case "minimal", "low" -> LOW;
                case "medium" -> MEDIUM;
                case "high" -> HIGH;
                default -> most();
            };
        }
        return Boolean.TRUE.equals(reasoning.enabled()) ? (Long) (-1L) : null;
    }

    private long most() {
        return model.pro() ? PRO_MOST : HIGH;
    }
}
