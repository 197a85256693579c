package io.sluice.domain.pool;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.ErrorTable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A service by name.
 *
 * @param name its word in configuration: lower-case letters, digits and hyphens
 * @param title its name for people
 * @param type the dialect that it speaks
 * @param baseUrl where it is; null for software that runs anywhere
 * @param otherUrls other places of it, by a word for each (a region, a platform); in file order
 * @param auth how its key goes on the wire
 * @param limits what a usual account is allowed, by the words of the configuration ({@code rpm}, {@code tpm},
 *     {@code concurrency}, …); empty when nothing is published
 * @param zone where its days begin, for limits by the day; null when that is not known
 * @param quirks where it differs from its dialect
 * @param errors what its errors mean
 * @param endpoints what it has; the {@link Endpoint#isCommon common} ones always count as there
 */
public record Preset(
        String name,
        String title,
        ProviderType type,
        @Nullable String baseUrl,
        Map<String, String> otherUrls,
        Auth auth,
        Map<String, Long> limits,
        @Nullable String zone,
        Set<Quirk> quirks,
        ErrorTable errors,
        Set<Endpoint> endpoints) {
    /** Copies the collections. */
    public Preset {
        otherUrls = Collections.unmodifiableMap(new LinkedHashMap<>(otherUrls));
        limits = Collections.unmodifiableMap(new LinkedHashMap<>(limits));
        quirks = Set.copyOf(quirks);
        endpoints = Offer.with(endpoints.toArray(Endpoint[]::new));
    }

    /** How a key goes on the wire. */
    public enum Auth {
        /** {@code Authorization: Bearer} and the key. */
        BEARER,
        /** A bearer key where the server was started with one: an account's key {@code none} sends no credential. */
        OPTIONAL;

        /** Its word in files. */
        public String word() {
            return Preset.word(this);
        }
    }

    /** Where a service differs from its dialect. */
    public enum Quirk {
        /** {@code max_completion_tokens} is not known: {@code max_tokens} it is. */
        MAX_TOKENS_ONLY,
        /** {@code stream_options} is not known. */
        NO_STREAM_OPTIONS,
        /** A stream tells its usage without being asked. */
        USAGE_UNASKED,
        /** A 429 with a limit of 0 in its headers means that the account's plan does not have the model. */
        ZERO_LIMIT_NO_MODEL,
        /** {@code n} other than 1 is refused. */
        NO_CHOICES,
        /** {@code tool_choice} cannot be {@code required}. */
        NO_REQUIRED_TOOLS,
        /** {@code tool_choice} can be {@code auto} alone. */
        TOOL_CHOICE_AUTO_ONLY,
        /** The role {@code developer} is not known. */
        NO_DEVELOPER,
        /** {@code response_format} knows no schema. */
        JSON_OBJECT_ONLY,
        /** Thinking comes and goes as {@code reasoning_content}. */
        REASONING_CONTENT,
        /** Thinking comes as {@code reasoning} and {@code reasoning_details}. */
        REASONING_DETAILS,
        /** It is a gateway that knows itself whose proofs of thinking are whose, as another Sluice does. */
        KEEPS_PROOFS,
        /** Thinking is switched with {@code enable_thinking}. */
        ENABLE_THINKING,
        /** Thinking is switched with {@code thinking: {type}}. */
        THINKING_TYPE,
        /** {@code temperature} goes to 1 at most. */
        TEMPERATURE_TO_ONE,
        /** {@code temperature} 0 is refused. */
        TEMPERATURE_ABOVE_ZERO,
        /** {@code temperature} 2 is refused. */
        TEMPERATURE_BELOW_TWO,
        /** At most one text in {@code stop}. */
        ONE_STOP,
        /** At most four texts in {@code stop}. */
        FOUR_STOPS,
        /** Users and the model must speak in turns. */
        STRICT_TURNS,
        /** The last event of a stream repeats the whole message. */
        REPEATS_MESSAGE,
        /** A call may come as an object instead of a list of calls. */
        CALLS_AS_OBJECT,
        /** Answers have no {@code id}, {@code created} and {@code model}. */
        NO_ANSWER_IDS,
        /** Empty lines may come before an answer. */
        LEADING_BLANKS,
        /** There are no embeddings. */
        NO_EMBEDDINGS;

        /** Its word in files. */
        public String word() {
            return Preset.word(this);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
