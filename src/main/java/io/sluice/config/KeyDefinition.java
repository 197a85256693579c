package io.sluice.config;

import io.sluice.domain.key.KeyTemplate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A virtual key that is managed by API, read as if it stood in a file: the same fields, rules and messages. It refers to
 * nothing outside itself.
 *
 * @param template what it says; null when something is wrong
 * @param errors all that is wrong, by path: {@code limits.rpm}, {@code models[0]}
 * @param warnings what an operator should know, one sentence each
 */
public record KeyDefinition(@Nullable KeyTemplate template, List<ConfigError> errors, List<String> warnings) {
    /** More is not looked at in a request. */
    private static final int LONGEST_TEXT = 512;

    /**
     * Reads one.
     *
     * @param name the key's, for messages
     * @param json an item of {@code keys[]}, without name and credentials
     */
    public static KeyDefinition read(String name, String json) {
        Reading reading = Reading.ofStore();
        Place place = Place.of("store:keys/" + name);
        KeyTemplate template = null;
        try {
            Section section = new Section(reading, JsonNodes.read(json), place, "keys[]", true);
            template = KeyReader.template(section);
            reading.finish();
        } catch (IllegalArgumentException e) {
            reading.findings().error(place, String.valueOf(e.getMessage()));
        }
        Findings findings = reading.findings();
        return new KeyDefinition(findings.hasErrors() ? null : template, findings.errors(), findings.warnings());
    }

    /**
     * Reads a duration as files write it.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static Duration duration(String text) {
        return Scalars.duration(text);
    }

    /** Whether a text may name a virtual key, or a team. */
    public static boolean isName(String text) {
        try {
            return Names.name(text).equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * What is wrong with a text that a person chose for a key.
     *
     * @return the end of a sentence without the text; null when it may be used
     */
    public static @Nullable String weakness(String text) {
        try {
            Names.strongCredential(text);
            return text.length() > LONGEST_TEXT ? "is longer than " + LONGEST_TEXT + " characters" : null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }
}
