package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a target cannot express of a request. A strict one refuses at the first loss, a lenient one lists them: nothing is
 * lost silently, but for {@link HarmlessFields}. Of places that differ in their indices only, the first is listed. Belongs
 * to one encoding.
 */
public final class Losses {
    /** More than any honest request has. Further ones are lost aloud as one. */
    private static final int MOST = 200;

    private static final int LONGEST = 200;

    private final ChatDialect client;
    private final boolean lenient;
    private final List<String> fields = new ArrayList<>();
    private final Set<String> shapes = new HashSet<>();

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
        if (!lenient) {
            throw new InexpressibleException(shortened(field));
        }
        list(field);
    }

    /**
     * The target has no such field.
     *
     * @param field its path in the client's dialect, such as {@code messages[2].tone}
     * @param value what it says: what is {@linkplain HarmlessFields harmless} is no loss
     * @throws InexpressibleException when the channel is strict
     */
    public void lose(String field, JsonNode value) {
        if (!HarmlessFields.isHarmless(client, field, value)) {
            lose(field);
        }
    }

    /**
     * The target cannot be told of a document what {@link Part.Document#options} says.
     *
     * @throws InexpressibleException when the channel is strict, and something is said
     */
    public void loseOptions(Part.Document document) {
        if (document.options() != null) {
            document.options().properties().forEach(option -> {
                JsonNode value = option.getValue();
                boolean off = value.isNull()
                        || value.path("enabled").isBoolean()
                                && !value.path("enabled").booleanValue();
                if (!off) {
                    lose("messages.content." + option.getKey());
                }
            });
        }
    }

    /**
     * The target carries this with less force than the client asked for, in a way that never makes an answer wrong: it is
     * listed, and refused by no channel.
     *
     * @param field its name in the client's dialect
     */
    public void weaken(String field) {
        list(field);
    }

    /** The target tells its model the schema of a tool's arguments, and does not hold it to that. */
    public void weakenStrict() {
        weaken(Feature.TOOLS.nameIn(client) + ".strict");
    }

    private void list(String field) {
        String name = shortened(field);
        if (fields.size() <= MOST && shapes.add(HarmlessFields.shape(name))) {
            fields.add(fields.size() < MOST ? name : "and more");
        }
    }

    /** Names are the client's and may be as long as its request. */
    private static String shortened(String field) {
        return field.length() <= LONGEST ? field : field.substring(0, LONGEST) + "…";
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
