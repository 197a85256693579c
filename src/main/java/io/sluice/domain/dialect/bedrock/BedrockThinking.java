package io.sluice.domain.dialect.bedrock;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import java.util.List;

/**
 * Writes how much the model may think, in the words of its family, for {@code Converse} has none. Claude from 4.6 takes an
 * effort, before that a budget of at least {@value #LEAST_BUDGET} tokens below the maximum of the answer. What was given in
 * the other of these is converted: an effort of low to high is 4096 to 16384 tokens, and the reverse.
 *
 * <p>Claude refuses to think in the middle of a turn that began without the thinking's proof. A client whose dialect
 * carries no proofs goes on there without thinking, as with Anthropic itself.
 */
final class BedrockThinking {
    private static final long LEAST_BUDGET = 1_024;

    private final ChatRequest request;
    private final BedrockModel model;
    private final Losses losses;

    BedrockThinking(ChatRequest request, BedrockModel model, Losses losses) {
        this.request = request;
        this.model = model;
        this.losses = losses;
    }

    /**
     * Writes it.
     *
     * @param fields of the model's own
     * @return whether Claude thinks, which binds other fields
     */
    boolean write(ObjectNode fields) {
        Reasoning reasoning = request.reasoning();
        if (reasoning == null || !isWanted(reasoning)) {
            return false;
        }
        String effort = effort(reasoning);
        switch (model.family()) {
            case ANTHROPIC -> {
                return !continuesUnproved(request.messages()) && claude(reasoning, effort, fields);
            }
            case GPT_OSS -> fields.put("reasoning_effort", coarse(effort));
            case NOVA -> {
                if (model.takesEffort()) {
                    fields.putObject("reasoningConfig")
                            .put("type", "enabled")
                            .put("maxReasoningEffort", coarse(effort));
                } else {
                    losses.lose(Feature.REASONING);
                }
            }
            case OTHER, UNKNOWN -> losses.lose(Feature.REASONING);
        }
        return false;
    }

    private static boolean isWanted(Reasoning reasoning) {
        if (reasoning.enabled() != null && !reasoning.enabled() || "none".equals(reasoning.effort())) {
            return false;
        }
        Long budget = reasoning.budgetTokens();
        return reasoning.enabled() != null || reasoning.effort() != null || budget != null && budget != 0;
    }

    private boolean claude(Reasoning reasoning, String effort, ObjectNode fields) {
        if (model.takesEffort()) {
            fields.putObject("thinking").put("type", "adaptive");
            fields.putObject("output_config").put("effort", effort);
            return true;
        }
        Long said = reasoning.budgetTokens();
        long budget = said != null && said > 0 ? Math.max(said, LEAST_BUDGET) : budget(effort);
        Long most = request.sampling().maxOutputTokens();
        if (most != null) {
            if (most <= LEAST_BUDGET) {
                losses.lose(Feature.REASONING);
                return false;
            }
            budget = Math.min(budget, most - 1);
        }
        fields.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
        return true;
    }

    private static String effort(Reasoning reasoning) {
        if (reasoning.effort() != null) {
            return reasoning.effort().equals("minimal") ? "low" : reasoning.effort();
        }
        Long budget = reasoning.budgetTokens();
        if (budget == null || budget < 0) {
            return "medium";
        }
        return budget < 4_096 ? "low" : budget < 16_384 ? "medium" : "high";
    }

    private static long budget(String effort) {
        return switch (effort) {
            case "low" -> 4_096;
            case "medium" -> 8_192;
            case "high" -> 16_384;
            default -> 32_768;
        };
    }

    private static String coarse(String effort) {
        return effort.equals("low") || effort.equals("medium") ? effort : "high";
    }

    /** Whether the calls since the user last spoke have no proof of the thinking before them. */
    private static boolean continuesUnproved(List<ChatMessage> messages) {
        boolean calls = false;
        boolean proved = false;
        for (int i = messages.size() - 1; i >= 0; i--) {
            ChatMessage message = messages.get(i);
            if (message.role() == Role.USER
                    && message.parts().stream().anyMatch(part -> !(part instanceof Part.ToolResult))) {
                break;
            }
            if (message.role() == Role.ASSISTANT) {
                calls |= message.parts().stream().anyMatch(Part.ToolCall.class::isInstance);
                // The first message of the turn decides: it stands last in this order.
                proved = message.parts().stream().anyMatch(part -> BedrockMessages.proof(part) != null);
            }
        }
        return calls && !proved;
    }
}
