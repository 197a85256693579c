package io.sluice.ingress;

import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.tokens.TokenUsage;

/**
 * What a session's next response will take: what the last one had in view, what the client has said since, and an answer as
 * long as others were. All of it is a guess, and never asks for more than a whole limit. Used on the lane's event loop.
 */
final class RealtimeEstimate {
    /** A token of sound is 100 ms: 4800 bytes of 24 kHz PCM, as base64. */
    private static final int SOUND_BYTES_PER_TOKEN = 6_400;

    private static final int TEXT_BYTES_PER_TOKEN = 4;
    private static final int LONG_TEXT = 32 * 1024;

    private final ExchangeServices services;
    private final String key;
    private final Model model;
    private long contextTokens;
    private long soundBytes;
    private long textBytes;

    RealtimeEstimate(ExchangeServices services, String key, Model model) {
        this.services = services;
        this.key = key;
        this.model = model;
    }

    /**
     * The client has said something.
     *
     * @param bytes of a frame; of a long one most is taken to be sound or pictures
     */
    void heard(int bytes) {
        if (bytes > LONG_TEXT) {
            soundBytes += bytes;
        } else {
            textBytes += bytes;
        }
    }

    /** The client has sent a piece of sound. */
    void heardSound(int bytes) {
        soundBytes += bytes;
    }

    /** A response has told what it took. */
    void learn(TokenUsage used) {
        contextTokens = used.input() + used.output();
        soundBytes = 0;
        textBytes = 0;
        services.estimates().learn(key, model.name(), used.output());
    }

    /** What is reserved for the next one. */
    Estimate next() {
        long input = contextTokens + soundBytes / SOUND_BYTES_PER_TOKEN + textBytes / TEXT_BYTES_PER_TOKEN;
        long output =
                Math.min(services.estimates().estimate(key, model.name(), model.outputEstimate()), TokenUsage.MAX);
        return new Estimate(input, output, input, output);
    }
}
