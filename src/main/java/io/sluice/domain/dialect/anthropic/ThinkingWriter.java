package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Reasoning;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes how much the model may think, and how long the answer may be (Anthropic documentation, Extended thinking,
 * Adaptive thinking and Effort, 2026). Models from 4.6 on take a word, older ones a budget:
 *
 * <table>
 *   <caption>Effort and budget</caption>
 *   <tr><td>{@code minimal}</td><td>low</td><td>1024 tokens</td></tr>
 *   <tr><td>{@code low}</td><td>low</td><td>4096</td></tr>
 *   <tr><td>{@code medium}, or no word</td><td>medium</td><td>8192</td></tr>
 *   <tr><td>{@code high}</td><td>high</td><td>16384</td></tr>
 *   <tr><td>{@code xhigh}</td><td>xhigh, 4.6: high</td><td>32768</td></tr>
 *   <tr><td>{@code max}</td><td>max</td><td>32768</td></tr>
 * </table>
 *
 * A client's budget below 4096 is {@code low}, below 16384 {@code medium}, else {@code high}. A budget is at most
 * three quarters of the client's {@code max_tokens}, and at least 1024; where the client names no {@code max_tokens}, it
 * is added to the default, as far as the model goes.
 *
 * <p>Where the model must call a tool, thinking is lost. Where it goes on with calls whose thinking the client could not
 * keep, a model with a budget does not think in that answer: that is listed, and never refused.
 */
final class ThinkingWriter {
    private static final long LEAST_BUDGET = 1_024;
    private static final long LOW = 4_096;
    private static final long MEDIUM = 8_192;
    private static final long HIGH = 16_384;
    private static final long MOST = 32_768;

    private final ChatRequest request;
    private final ModelFamily family;
    private final Losses losses;

    ThinkingWriter(ChatRequest request, ModelFamily family, Losses losses) {
        this.request = request;
        this.family = family;
        this.losses = losses;
    }

    /**
     * Adds the fields.
     *
     * @param body gets {@code thinking}
     * @param outputConfig gets {@code effort}
     * @param forced whether the model must call a tool
     * @param unshown whether it is to go on with calls whose thinking cannot be shown to it
     * @return {@code max_tokens}
     */
    long write(ObjectNode body, ObjectNode outputConfig, boolean forced, boolean unshown) {
        Long limit = request.sampling().maxOutputTokens();
        long maxTokens = limit == null ? family.defaultMaxTokens() : limit;
        Reasoning reasoning = request.reasoning();
        if (reasoning == null) {
            return maxTokens;
        }
        String effort = reasoning.effort() == null ? null : reasoning.effort().toLowerCase(Locale.ROOT);
        Long budget = reasoning.budgetTokens();
        boolean off =
                Boolean.FALSE.equals(reasoning.enabled()) || "none".equals(effort) || budget != null && budget == 0;
        boolean said = Boolean.TRUE.equals(reasoning.enabled()) || effort != null || budget != null;
        if (off) {
            if (family.thinks() && family.version() > 0) {
                body.set("thinking", BlockWriter.typed("disabled"));
            }
            return maxTokens;
        }
        if (!said) {
            return maxTokens;
        }
        if (effort != null && budgetOf(effort) == 0 || !family.thinks() || forced) {
            losses.lose(Feature.REASONING);
            return maxTokens;
        }
        if (family.isAdaptive()) {
            adaptive(body, outputConfig, reasoning, effort);
            return maxTokens;
        }
        if (unshown) {
            losses.weaken(Feature.REASONING.nameIn(losses.client()));
            return maxTokens;
        }
        return enabled(body, limit, wanted(effort, budget));
    }

    private void adaptive(ObjectNode body, ObjectNode outputConfig, Reasoning reasoning, @Nullable String effort) {
        ObjectNode thinking = BlockWriter.typed("adaptive");
        if (reasoning.show() != null) {
            thinking.put("display", reasoning.show() ? "summarized" : "omitted");
        }
        if (losses.client() != ChatDialect.ANTHROPIC || reasoning.enabled() != null) {
            body.set("thinking", thinking);
        }
        Long budget = reasoning.budgetTokens();
        if (effort != null) {
            outputConfig.put("effort", word(effort));
        } else if (budget != null && budget > 0) {
            outputConfig.put("effort", budget < LOW ? "low" : budget < HIGH ? "medium" : "high");
        }
    }

    private String word(String effort) {
        return switch (effort) {
            case "minimal" -> "low";
            case "xhigh" -> family.version() > 406 ? "xhigh" : "high";
            default -> effort;
        };
    }

    private static long wanted(@Nullable String effort, @Nullable Long budget) {
        if (budget != null && budget > 0) {
            return Math.max(LEAST_BUDGET, budget);
        }
        return effort == null ? MEDIUM : budgetOf(effort);
    }

    private long enabled(ObjectNode body, @Nullable Long limit, long wanted) {
        long maxTokens = limit == null ? Math.min(family.defaultMaxTokens() + wanted, family.mostMaxTokens()) : limit;
        boolean asWished = limit == null && maxTokens > wanted;
        long budget = asWished ? wanted : Math.min(wanted, Math.max(LEAST_BUDGET, maxTokens / 4 * 3));
        if (budget >= maxTokens) {
            // No room for the least budget.
            losses.lose(Feature.REASONING);
            return maxTokens;
        }
        body.set("thinking", BlockWriter.typed("enabled").put("budget_tokens", budget));
        return maxTokens;
    }

    /** The budget of an effort; 0 for a word that is not known. */
    private static long budgetOf(String effort) {
        return switch (effort) {
            case "minimal" -> LEAST_BUDGET;
            case "low" -> LOW;
            case "medium" -> MEDIUM;
            case "high" -> HIGH;
            case "xhigh", "max" -> MOST;
            default -> 0;
        };
    }
}
