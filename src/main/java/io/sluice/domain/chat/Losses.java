package io.sluice.domain.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a target cannot express of a request. A strict one refuses at the first loss, a lenient one lists them: nothing is
 * lost silently, but for notes that never change an answer, such as hints to a cache and the client's own labels. Belongs
 * to one encoding.
 */
public final class Losses {
    /** What may be missed without a word: it changes no answer. */
    private static final Set<String> HARMLESS = Set.of(
            "metadata", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier");

    private final ChatDialect client;
    private final boolean lenient;
    private final List<String> fields = new ArrayList<>();

    /**
     * Losses of one encoding.
     *
     * @param client the dialect that the request is written in
     * @param lenient whether they are listed instead of refused
     */
    public Losses(ChatDialect client, boolean lenient) {
        this.client = client;
        this.lenient = lenient;
    }

    /** The dialect that the request is written in. */
    public ChatDialect client() {
        return client;
    }

    /**
     * The target cannot carry this.
     *
     * @throws InexpressibleException when the channel is strict
     */
    public void lose(Feature feature) {
        lose(feature.nameIn(client));
    }

    /**
     * The target cannot carry this.
     *
     * @param field its name in the client's dialect, such as {@code logit_bias} or {@code messages.content.input_audio}
     * @throws InexpressibleException when the channel is strict
     */
    public void lose(String field) {
        if (HARMLESS.contains(field)) {
            return;
        }
        if (!lenient) {
            throw new InexpressibleException(field);
        }
        if (!fields.contains(field)) {
            fields.add(field);
        }
    }

    /**
     * The target carries this with less force than the client asked for, in a way that never makes an answer wrong: it is
     * listed, and refused by no channel.
     *
     * @param field its name in the client's dialect
     */
    public void weaken(String field) {
        if (!fields.contains(field)) {
            fields.add(field);
        }
    }

    /**
     * The value of a proof, if it may be shown.
     *
     * @param proof null for none
     * @param target whose proofs the provider takes
     * @return null when there is none, and when it is another maker's: that is listed and refused by no channel, for it
     *     changes nothing in what another model does
     */
    public @Nullable String shown(@Nullable Proof proof, Maker target) {
        if (proof == null || proof.maker() == target) {
            return proof == null ? null : proof.value();
        }
        hide(proof);
        return null;
    }

    /**
     * The provider takes no such proof.
     *
     * @param proof null for none
     */
    public void hide(@Nullable Proof proof) {
        if (proof != null) {
            weaken(Feature.PROOF.nameIn(client));
        }
    }

    /** Names of what was lost or weakened, each once, in order. */
    public List<String> fields() {
        return List.copyOf(fields);
    }
}
