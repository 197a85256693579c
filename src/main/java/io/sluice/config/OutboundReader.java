package io.sluice.config;

import io.sluice.config.Section.Item;
import io.sluice.domain.Secret;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.SystemPrompt;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.pool.Tls;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a channel says about its requests and connections, and what an account says in its place: times one by one,
 * headers and query parameters by name, the rest as a whole.
 */
final class OutboundReader {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST_CONNECT = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST = 64;
    private static final int MOST_PROMPT = 65_536;

    /** Credentials, and what describes the message or the connection: Sluice's own. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "proxy-authorization",
            "proxy-authenticate",
            "host",
            "content-type",
            "content-length",
            "content-encoding",
            "transfer-encoding",
            "accept",
            "accept-encoding",
            "connection",
            "proxy-connection",
            "keep-alive",
            "http2-settings",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "x-client-request-id");

    private final Section section;
    private final Channel channel;

    private OutboundReader(Section section, Channel channel) {
        this.section = section;
        this.channel = channel;
    }

    /**
     * What a channel adds to requests.
     *
     * @param channel without it
     */
    static Outbound ofChannel(Section section, Channel channel) {
        OutboundReader reader = new OutboundReader(section, channel);
        return new Outbound(
                reader.headers(),
                reader.query(),
                ConnectionReader.proxy(section, null, "none", channel.baseUrl().publicOnly()),
                reader.tls(Tls.SYSTEM),
                reader.systemPrompt(null, "none"));
    }

    /**
     * What an account has of its own; null when it says nothing.
     *
     * @param channel its channel, complete but for the accounts
     */
    static Account.@Nullable Own ofAccount(Section section, Channel channel) {
        OutboundReader reader = new OutboundReader(section, channel);
        Map<String, Secret> headers = new LinkedHashMap<>(channel.outbound().headers());
        Map<String, Secret> query = new LinkedHashMap<>(channel.outbound().query());
        headers.putAll(reader.headers());
        query.putAll(reader.query());
        Outbound outbound = new Outbound(
                headers,
                query,
                ConnectionReader.proxy(
                        section,
                        channel.outbound().proxy(),
                        "the channel's",
                        channel.baseUrl().publicOnly()),
                reader.tls(channel.outbound().tls()),
                reader.systemPrompt(channel.outbound().systemPrompt(), "the channel's"));
        Timeouts timeouts = timeouts(section, channel.timeouts(), "the channel's");
        ParameterRules parameters = ParameterReader.read(section);
        return outbound.equals(channel.outbound()) && timeouts.equals(channel.timeouts()) && parameters.isEmpty()
                ? null
                : new Account.Own(timeouts, outbound, parameters);
    }

    /**
     * Times, each with another in its place when it is not said.
     *
     * @param shown what the reference says of the default; null where it is the time itself
     */
    static Timeouts timeouts(Section owner, Timeouts otherwise, @Nullable String shown) {
        Section timeouts = owner.section("timeouts");
        Timeouts read = new Timeouts(
                time(timeouts, "connect", otherwise.connect(), shown, LONGEST_CONNECT),
                time(timeouts, "first-byte", otherwise.firstByte(), shown, LONGEST),
                time(timeouts, "first-byte-stream", otherwise.firstByteStream(), shown, LONGEST),
                time(timeouts, "idle", otherwise.idle(), shown, LONGEST),
                time(timeouts, "total", otherwise.total(), shown, LONGEST));
        if (timeouts.has("total") && read.total().compareTo(read.connect()) < 0) {
            timeouts.error("total", "is shorter than connect");
        }
        return read;
    }

    private static Duration time(
            Section timeouts, String key, Duration otherwise, @Nullable String shown, Duration longest) {
        Duration said =
                timeouts.optionalDuration(key, shown == null ? Scalars.show(otherwise) : shown, SHORTEST, longest);
        return said == null ? otherwise : said;
    }

    private Tls tls(Tls otherwise) {
        if (section.has("tls") && !channel.baseUrl().tls()) {
            section.error("tls", "goes with a base-url that begins with https:// only");
        }
        return ConnectionReader.tls(section, otherwise);
    }

    private @Nullable SystemPrompt systemPrompt(@Nullable SystemPrompt otherwise, String shownDefault) {
        Option option = new Option(section.path("system-prompt"), "text", shownDefault, "1 to 65_536 characters");
        Secret text = section.secret("system-prompt", option, written -> {
            if (written.length() > MOST_PROMPT) {
                throw new IllegalArgumentException("has more than 65_536 characters");
            }
            return written;
        });
        if (text == null) {
            return otherwise;
        }
        TokenEstimate estimate = new TokenEstimate();
        estimate.addText(text.reveal());
        return new SystemPrompt(text, estimate.tokens());
    }

    private Map<String, Secret> headers() {
        Map<String, Secret> headers = new LinkedHashMap<>();
        section.values("headers", "header", "secret", Section.NONE).forEach((written, value) -> {
            String name = written.toLowerCase(Locale.ROOT);
            if (!checked(value, () -> Names.header(written))
                    || !checked(value, () -> Names.headerValue(value.text()))) {
                return;
            }
            if (OWN_HEADERS.contains(name) || ofType(name)) {
                refuse(value, "the header '" + written + "' is written by Sluice and may not be set here");
            } else if (headers.put(name, Secret.of(value.text())) != null) {
                refuse(value, "the header '" + written + "' stands twice; case does not tell headers apart");
            }
        });
        return bounded("headers", headers);
    }

    /** Whether requests of the channel's type have a header of their own. */
    private boolean ofType(String header) {
        return switch (channel.type()) {
            case ANTHROPIC -> header.equals("anthropic-version");
            case BEDROCK -> header.startsWith("x-amz-");
            case DASHSCOPE -> header.equals("x-dashscope-sse");
            case QIANFAN -> header.equals("appid");
            case OPENAI, AZURE, GEMINI, OLLAMA -> false;
        };
    }

    private Map<String, Secret> query() {
        Map<String, Secret> query = new LinkedHashMap<>();
        Set<String> own = ownParameters();
        section.values("query", "parameter", "secret", Section.NONE).forEach((name, value) -> {
            if (!checked(value, () -> Names.parameter(name)) || !checked(value, () -> Names.printable(value.text()))) {
                return;
            }
            if (channel.type() == ProviderType.BEDROCK) {
                refuse(value, "a channel of type bedrock takes no query; its requests are signed without one");
            } else if (own.contains(name)) {
                refuse(value, "the parameter '" + name + "' is written by Sluice and may not be set here");
            } else {
                query.put(name, Secret.of(value.text()));
            }
        });
        return bounded("query", query);
    }

    private Set<String> ownParameters() {
        return switch (channel.type()) {
            case ANTHROPIC -> Set.of("beta");
            // Without a dated version the operator may name one, such as preview.
            case AZURE -> channel.apiVersion() == null ? Set.of() : Set.of("api-version");
            case GEMINI -> Set.of("alt", "key");
            case QIANFAN -> Set.of("access_token");
            case OPENAI, BEDROCK, DASHSCOPE, OLLAMA -> Set.of();
        };
    }

    private Map<String, Secret> bounded(String key, Map<String, Secret> values) {
        if (values.size() > MOST) {
            section.error(key, "holds more than " + MOST + " entries");
        }
        return values;
    }

    private boolean checked(Item value, Runnable check) {
        try {
            check.run();
            return true;
        } catch (IllegalArgumentException e) {
            refuse(value, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void refuse(Item value, String message) {
        section.findings().error(value.place(), message);
    }
}
