package io.sluice.domain.pool;

import io.sluice.domain.Glob;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A provider's wire dialect, by the word used in configuration ({@code openai}, {@code azure}, …). */
public enum ProviderType {
    /** OpenAI, and any service that speaks its API. */
    OPENAI,
    /**
     * Azure OpenAI, by deployment path and {@code api-version}, or its version-less form. Its requests a minute have to
     * come evenly: it looks at them "over a small period of time, typically 1 or 10 seconds" (Azure OpenAI quota
     * documentation, learn.microsoft.com/azure/ai-services/openai/how-to/quota, read in 2026-11).
     */
    AZURE(Duration.ofSeconds(10)),
    /** Anthropic Messages, and any service that speaks that API. */
    ANTHROPIC,
    /** Google Gemini, through AI Studio and through Vertex AI. */
    GEMINI,
    /**
     * Amazon Bedrock Converse. An account's key is an API key, or {@code ACCESS_KEY_ID:SECRET[:SESSION_TOKEN][@REGION]},
     * which signs; the region is needed where the base URL's host does not say it.
     */
    BEDROCK,
    /** Alibaba DashScope, native. */
    DASHSCOPE,
    /** Baidu Qianfan: version 2, and the older API with access tokens. */
    QIANFAN,
    /** Ollama, native. An account's key {@code none} sends no credential. */
    OLLAMA;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final @Nullable Duration slice;

    ProviderType() {
        this(null);
    }

    ProviderType(@Nullable Duration slice) {
        this.slice = slice;
    }

    /** A form that an account's key may have. */
    public enum Credential {
        /** A key of the provider's own. */
        KEY,
        /** The word {@code none}: nothing is sent. */
        NONE,
        /** The JSON of a service account, of which access tokens are made. */
        SERVICE_ACCOUNT,
        /** {@code ACCESS_KEY_ID:SECRET[:SESSION_TOKEN][@REGION]}, which signs. */
        ACCESS_KEY
    }

    /** The forms that an account's key may have, the usual one first. */
    public List<Credential> credentials() {
        return switch (this) {
            case GEMINI -> List.of(Credential.KEY, Credential.SERVICE_ACCOUNT);
            case BEDROCK -> List.of(Credential.KEY, Credential.ACCESS_KEY);
            case OLLAMA -> List.of(Credential.NONE, Credential.KEY);
            default -> List.of(Credential.KEY);
        };
    }

    /** The word in configuration files and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type of a word, if there is one. */
    public static Optional<ProviderType> ofWord(String word) {
        return Arrays.stream(values()).filter(t -> t.word().equals(word)).findFirst();
    }

    /** All words, for error messages. */
    public static List<String> words() {
        return Arrays.stream(values()).map(ProviderType::word).toList();
    }

    /**
     * The limits as the provider enforces them. Where it looks at requests a minute in shorter slices, each slice gets
     * its part, rounded up, as one more window; an account whose limits name a window of requests shorter than a minute
     * is left as it is.
     *
     * @param stated what the configuration says
     */
    public AccountLimits enforced(AccountLimits stated) {
        if (slice == null) {
            return stated;
        }
        Map<Glob, LimitSet> perModel = new LinkedHashMap<>();
        stated.perModel().forEach((glob, limits) -> perModel.put(glob, sliced(limits, slice)));
        return new AccountLimits(
                sliced(stated.all(), slice),
                perModel,
                stated.groups().stream()
                        .map(group -> new AccountLimits.Group(group.models(), sliced(group.limits(), slice)))
                        .toList());
    }

    private static LimitSet sliced(LimitSet stated, Duration slice) {
        List<Limit> requests = stated.windows().stream()
                .filter(limit -> limit.dimension() == Dimension.REQUESTS)
                .toList();
        boolean ownSlices = requests.stream().anyMatch(limit -> limit.window().compareTo(MINUTE) < 0);
        List<Limit> windows = new ArrayList<>(stated.windows());
        for (Limit limit : requests) {
            if (!ownSlices && limit.window().equals(MINUTE)) {
                long slices = MINUTE.dividedBy(slice);
                windows.add(new Limit(Dimension.REQUESTS, Math.ceilDiv(limit.amount(), slices), slice));
            }
        }
        return new LimitSet(windows, stated.concurrency());
    }
}
