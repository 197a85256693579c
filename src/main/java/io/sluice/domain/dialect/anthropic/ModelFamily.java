package io.sluice.domain.dialect.anthropic;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model's name tells of what it takes (Anthropic models overview, 2026): {@code claude-3-5-sonnet-20241022},
 * {@code claude-sonnet-4-5}, {@code claude-opus-4-20250514}. A name of another form says nothing: such a model is treated
 * as one that has thinking with a budget and nothing newer, as compatible services have.
 *
 * @param version major times 100 plus minor; 0 when the name says nothing
 * @param opus whether it is an Opus
 */
record ModelFamily(int version, boolean opus) {
    private static final Pattern NAME = Pattern.compile(
            "claude-(?:(opus|sonnet|haiku|[a-z]{1,20})-)?([0-9]{1,2})(?:[-.]([0-9]{1,2}))?(?:-(opus|sonnet|haiku))?(?:[-@:].*)?");

    /** The family of a model. */
    static ModelFamily of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        Matcher matcher = NAME.matcher(name.substring(name.lastIndexOf('/') + 1));
        if (!matcher.matches()) {
            return new ModelFamily(0, false);
        }
        int minor = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        return new ModelFamily(
                Integer.parseInt(matcher.group(2)) * 100 + minor,
                "opus".equals(matcher.group(1)) || "opus".equals(matcher.group(4)));
    }

    private boolean isKnown() {
        return version > 0;
    }

    /** {@code max_tokens} for a client that names none: what every model of the family can, and a long answer needs. */
    long defaultMaxTokens() {
        if (!isKnown() || version == 305) {
            return 8_192;
        }
        return version < 305 ? 4_096 : 16_384;
    }

    /** The largest {@code max_tokens} that Sluice writes of its own: 32000 for Opus 4 and 4.1, else 64000. */
    long mostMaxTokens() {
        return opus && version <= 401 ? 32_000 : 64_000;
    }

    /** Whether it thinks at all. */
    boolean thinks() {
        return !isKnown() || version >= 307;
    }

    /** Whether it decides by itself how much it thinks, and takes a word for it instead of a budget. */
    boolean isAdaptive() {
        return version >= 406;
    }

    /** Whether it refuses every temperature but 1, a {@code top_p} below 0.99 and every {@code top_k}. */
    boolean samplesItsWay() {
        return version > 406;
    }

    /** Whether it refuses {@code temperature} and {@code top_p} together. */
    boolean takesOneOfTemperatureAndTopP() {
        return version >= 401;
    }

    /** Whether it enforces a schema of the answer, and of tools' arguments. */
    boolean enforcesSchemas() {
        return version >= 405 || version == 401 && opus;
    }
}
