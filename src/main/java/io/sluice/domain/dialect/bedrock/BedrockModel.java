package io.sluice.domain.dialect.bedrock;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a model tells of what it takes. The families differ in the fields that {@code Converse} does not know
 * and hands on (Amazon Bedrock user guide, inference parameters, prompt caching and structured output, 2026).
 *
 * @param family who made it
 * @param takesEffort whether it is told an effort of thinking: Claude from 4.6, Nova from 2
 * @param caches whether it takes cache points
 * @param schemas whether it can be held to a JSON schema
 */
record BedrockModel(Family family, boolean takesEffort, boolean caches, boolean schemas) {
    /** Who made a model. */
    enum Family {
        /** Claude. */
        ANTHROPIC,
        /** Amazon Nova. */
        NOVA,
        /** OpenAI's models with open weights. */
        GPT_OSS,
        /** Another that is known by its name. */
        OTHER,
        /** The name does not say: an application's inference profile, a provisioned or imported model. */
        UNKNOWN
    }

    /** {@code claude-sonnet-4-5-20250929}, {@code claude-opus-5}: a date is no version. */
    private static final Pattern CLAUDE =
            Pattern.compile("claude-[a-z]+-([0-9]{1,2})(?![0-9])(?:-([0-9]{1,2})(?![0-9]))?");

    private static final Pattern OPAQUE =
            Pattern.compile("^arn:.*(?:application-inference-profile|provisioned-model|imported-model|prompt|"
                    + "custom-model-deployment|prompt-router)/");

    /** Claude 3 caches from 3.5 on. */
    private static final Pattern EARLY_CLAUDE =
            Pattern.compile("claude-(?:v2|instant|3-(?:haiku|sonnet|opus)|3-5-sonnet-20240620)");

    /**
     * Reads a name.
     *
     * @param id a model's, an inference profile's, or an ARN
     */
    static BedrockModel of(String id) {
        String name = id.toLowerCase(Locale.ROOT);
        if (OPAQUE.matcher(name).find()) {
            return new BedrockModel(Family.UNKNOWN, false, false, false);
        }
        if (name.contains("anthropic.")) {
            int version = claudeVersion(name);
            return new BedrockModel(
                    Family.ANTHROPIC,
                    version >= 406,
                    !EARLY_CLAUDE.matcher(name).find(),
                    version >= 405);
        }
        if (name.contains("amazon.nova")) {
            return new BedrockModel(Family.NOVA, name.contains("nova-2"), true, false);
        }
        if (name.contains("openai.gpt-oss")) {
            return new BedrockModel(Family.GPT_OSS, true, false, true);
        }
        return new BedrockModel(Family.OTHER, false, false, name.contains("qwen.qwen3"));
    }

    /** 405 is 4.5; 0 for names of the older order ({@code claude-3-5-haiku}). */
    private static int claudeVersion(String name) {
        Matcher matcher = CLAUDE.matcher(name);
        if (!matcher.find()) {
            return 0;
        }
        int minor = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        return Integer.parseInt(matcher.group(1)) * 100 + minor;
    }

    /** Whether thinking may go back to it: only what Claude signed is of use there. */
    boolean takesThinking() {
        return family == Family.ANTHROPIC || family == Family.UNKNOWN;
    }

    /** Whether the result of a tool may say that the tool failed. */
    boolean takesResultStatus() {
        return family != Family.OTHER && family != Family.GPT_OSS;
    }
}
