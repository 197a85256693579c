package io.sluice.domain.pool;

import io.sluice.domain.dialect.Endpoint;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which endpoints a service has. The common ones are everybody's: what a provider lacks of those, its adapter says. The
 * others are OpenAI's shape alone and pass as they came: a preset lists its service's, and a service of which nothing is
 * known is taken to have them all.
 */
final class Offer {
    private static final Set<Endpoint> COMMON =
            Arrays.stream(Endpoint.values()).filter(Endpoint::isCommon).collect(Collectors.toUnmodifiableSet());
    private static final Set<Endpoint> ANY = Set.of(Endpoint.values());
    private static final Set<Endpoint> OPENAI = without(Endpoint.RERANK);
    /** Those that stand below a deployment (learn.microsoft.com, Azure OpenAI REST API reference, read in 2026-11). */
    private static final Set<Endpoint> AZURE = with(
            Endpoint.IMAGE_GENERATIONS,
            Endpoint.IMAGE_EDITS,
            Endpoint.SPEECH,
            Endpoint.TRANSCRIPTIONS,
            Endpoint.TRANSLATIONS,
            Endpoint.REALTIME);

    private static final Set<Endpoint> QIANFAN = with(Endpoint.IMAGE_GENERATIONS, Endpoint.RERANK);
    private static final Set<Endpoint> DASHSCOPE = with(Endpoint.RERANK);

    private Offer() {}

    static Set<Endpoint> of(Channel channel) {
        return switch (channel.type()) {
            case OPENAI -> ofShape(channel);
            case AZURE -> AZURE;
            case QIANFAN -> QIANFAN;
            case DASHSCOPE -> DASHSCOPE;
            case ANTHROPIC, GEMINI, BEDROCK, OLLAMA -> COMMON;
        };
    }

    private static Set<Endpoint> ofShape(Channel channel) {
        Preset preset = channel.preset();
        if (preset != null) {
            return preset.endpoints();
        }
        return channel.baseUrl().host().equals("api.openai.com") ? OPENAI : ANY;
    }

    /** The common endpoints and some more. */
    static Set<Endpoint> with(Endpoint... more) {
        EnumSet<Endpoint> all = EnumSet.copyOf(COMMON);
        Collections.addAll(all, more);
        return Collections.unmodifiableSet(all);
    }

    private static Set<Endpoint> without(Endpoint less) {
        EnumSet<Endpoint> all = EnumSet.allOf(Endpoint.class);
        all.remove(less);
        return Collections.unmodifiableSet(all);
    }
}
