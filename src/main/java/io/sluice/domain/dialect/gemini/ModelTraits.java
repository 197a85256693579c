package io.sluice.domain.dialect.gemini;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model can do, by its name. A name that says no version is taken for a new model.
 *
 * @param version major times ten plus minor: 25 for {@code gemini-2.5-flash}
 * @param pro whether it is one of the large ones, which cannot but think
 */
record ModelTraits(int version, boolean pro) {
    private static final Pattern VERSION = Pattern.compile("gemini-([0-9])(?:\\.([0-9]))?");
    private static final int UNKNOWN = 25;

    static ModelTraits of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        Matcher matcher = VERSION.matcher(name);
        int version = UNKNOWN;
        if (matcher.find()) {
            version = Integer.parseInt(matcher.group(1)) * 10
                    + (matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)));
        } else if (name.startsWith("gemma") || name.startsWith("learnlm")) {
            version = 20;
        }
        return new ModelTraits(version, name.contains("-pro"));
    }

    /** Whether it thinks at all. */
    boolean thinks() {
        return version >= 25;
    }

    /** Whether its thinking is measured in levels, not in tokens. */
    boolean hasLevels() {
        return version >= 30;
    }

    /** Whether it takes JSON Schema as it is. */
    boolean takesJsonSchema() {
        return version >= 25;
    }

    /** Whether functions and an answer in JSON go together. */
    boolean formatsBesideTools() {
        return version >= 30;
    }

    /** Whether calls of a turn without their signature are refused. */
    boolean needsSignatures() {
        return version >= 30;
    }
}
