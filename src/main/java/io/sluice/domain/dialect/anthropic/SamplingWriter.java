package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.dialect.Json;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Writes how an answer is drawn (Anthropic API reference, Messages, 2026). A temperature goes from 0 to 1: what is hotter
 * is lost, and is 1 where that is let go. With thinking only temperature 1 and a {@code top_p} of 0.95 or more go, and no
 * {@code top_k}; newer models take no other than their own at all; some take one of temperature and {@code top_p}. A
 * {@code top_p} of 1 is what the API does anyway and is never written.
 */
final class SamplingWriter {
    private static final BigDecimal LEAST_TOP_P_THINKING = new BigDecimal("0.95");
    private static final BigDecimal LEAST_TOP_P = new BigDecimal("0.99");

    private final Sampling sampling;
    private final ModelFamily family;
    private final Losses losses;

    SamplingWriter(Sampling sampling, ModelFamily family, Losses losses) {
        this.sampling = sampling;
        this.family = family;
        this.losses = losses;
    }

    /**
     * Adds the fields.
     *
     * @param body has {@code thinking} already, if the model thinks
     */
    void write(ObjectNode body) {
        String mode = body.path("thinking").path("type").asText();
        boolean thinking = mode.equals("enabled") || mode.equals("adaptive");
        temperature(body, thinking);
        topP(body, thinking);
        Long topK = sampling.topK();
        if (topK != null) {
            if (thinking || family.samplesItsWay()) {
                losses.lose(Feature.TOP_K);
            } else {
                body.put("top_k", topK);
            }
        }
        stop(body);
        if (sampling.seed() != null) {
            losses.lose(Feature.SEED);
        }
        if (sampling.choices() != null && sampling.choices() > 1) {
            losses.lose(Feature.CHOICES);
        }
        if (isSet(sampling.presencePenalty())) {
            losses.lose(Feature.PRESENCE_PENALTY);
        }
        if (isSet(sampling.frequencyPenalty())) {
            losses.lose(Feature.FREQUENCY_PENALTY);
        }
        Integer top = sampling.topLogprobs();
        if (Boolean.TRUE.equals(sampling.logprobs()) || top != null && top > 0) {
            losses.lose(Feature.LOGPROBS);
        }
        JsonNode bias = sampling.logitBias();
        if (bias != null && !bias.isEmpty()) {
            losses.lose(Feature.LOGIT_BIAS);
        }
    }

    private void temperature(ObjectNode body, boolean thinking) {
        BigDecimal wanted = sampling.temperature();
        if (wanted == null) {
            return;
        }
        boolean isOne = wanted.compareTo(BigDecimal.ONE) == 0;
        if (isOne) {
            // The default.
            return;
        }
        if (thinking || family.samplesItsWay()) {
            losses.lose(Feature.TEMPERATURE);
        } else if (wanted.compareTo(BigDecimal.ONE) > 0) {
            losses.lose(Feature.TEMPERATURE);
            body.put("temperature", BigDecimal.ONE);
        } else {
            body.put("temperature", wanted.max(BigDecimal.ZERO));
        }
    }

    private void topP(ObjectNode body, boolean thinking) {
        BigDecimal wanted = sampling.topP();
        if (wanted == null || wanted.compareTo(BigDecimal.ONE) >= 0) {
            return;
        }
        boolean refused = thinking && wanted.compareTo(LEAST_TOP_P_THINKING) < 0
                || family.samplesItsWay() && wanted.compareTo(LEAST_TOP_P) < 0
                || family.takesOneOfTemperatureAndTopP() && body.has("temperature");
        if (refused) {
            losses.lose(Feature.TOP_P);
        } else {
            body.put("top_p", wanted);
        }
    }

    private void stop(ObjectNode body) {
        ArrayNode stop = Json.NODES.arrayNode();
        for (String text : sampling.stop()) {
            if (!text.isBlank()) {
                stop.add(text);
            } else if (!text.isEmpty()) {
                losses.lose(Feature.STOP);
            }
        }
        if (!stop.isEmpty()) {
            body.set("stop_sequences", stop);
        }
    }

    private static boolean isSet(@Nullable BigDecimal penalty) {
        return penalty != null && penalty.signum() != 0;
    }
}
