package io.sluice.config;

import io.sluice.config.Entries.AccountEntry;
import io.sluice.config.Entries.ChannelEntry;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Channel.OnClientGone;
import io.sluice.domain.pool.Channel.Responses;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Timeouts;
import io.sluice.preset.Presets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one item of {@code channels}. */
final class ChannelReader {
    private static final BaseUrl NOWHERE = new BaseUrl(true, "", 443, "");
    private static final Pattern API_VERSION = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?");

    private final Section channel;
    private final NodePorts ports;

    private ChannelReader(Section channel, NodePorts ports) {
        this.channel = channel;
        this.ports = ports;
    }

    static ChannelEntry read(Section channel, NodePorts ports) {
        return new ChannelReader(channel, ports).read();
    }

    private ChannelEntry read() {
        String name = channel.required("name", "name", Names::name);
        Preset preset = preset();
        ProviderType type = type(preset);
        BaseUrl baseUrl = baseUrl(preset);
        ProviderType known = type == null ? ProviderType.OPENAI : type;
        BaseUrl url = baseUrl == null ? NOWHERE : baseUrl;
        Channel values = new Channel(
                name,
                known,
                url,
                apiVersion(type, baseUrl),
                channel.integer("priority", 0, -1_000_000, 1_000_000),
                channel.integer("weight", 1, 1, 1000),
                List.of(),
                redirects(),
                ParameterReader.read(channel),
                OutboundReader.timeouts(channel, Timeouts.DEFAULT, null),
                Outbound.NONE,
                channel.word("on-client-gone", OnClientGone.CANCEL),
                channel.flag("lenient", false),
                FetchReader.read(channel.section("fetch")),
                channel.integer("max-connections", 4096, 1, 100_000),
                preset,
                responses(known, url),
                HealthReader.read(channel.section("health")));
        Channel complete = values.withOutbound(OutboundReader.ofChannel(channel, values));
        AccountState state = channel.word("state", AccountState.ENABLED);
        channel.replaced("disabled", "state: disabled");
        return new ChannelEntry(channel.place(), complete, accounts(complete), state, PriceReader.all(channel));
    }

    private @Nullable Preset preset() {
        return channel.value("preset", new Option(channel.path("preset"), "word", Section.NONE, "see below"), name -> {
            if (!Presets.NAMES.contains(name)) {
                throw new IllegalArgumentException("is no preset" + Suggestion.of(name, Presets.NAMES)
                        + "; presets are " + String.join(", ", Presets.NAMES));
            }
            return Presets.of(name);
        });
    }

    private @Nullable ProviderType type(@Nullable Preset preset) {
        if (!channel.has("type") && !channel.has("preset")) {
            channel.error("type", "is missing");
        }
        String words = String.join(", ", ProviderType.words());
        ProviderType type = channel.value(
                "type",
                new Option(channel.path("type"), "word", "required without preset", words),
                word -> ProviderType.ofWord(word)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "is no provider type" + Suggestion.of(word, ProviderType.words()))));
        if (preset != null && type != null && type != preset.type()) {
            channel.error(
                    "type",
                    "does not go with the preset '" + preset.name() + "', whose type is "
                            + preset.type().word() + "; remove one of the two");
        }
        return preset == null ? type : preset.type();
    }

    private @Nullable BaseUrl baseUrl(@Nullable Preset preset) {
        String known = preset == null ? null : preset.baseUrl();
        if (!channel.has("base-url") && known == null && (preset != null || !channel.has("preset"))) {
            channel.error(
                    "base-url",
                    preset == null
                            ? "is missing"
                            : "is missing; the preset '" + preset.name() + "' is software that runs anywhere");
        }
        boolean allowed = channel.flag("allow-plaintext", false);
        boolean anywhere =
                channel.flag("allow-private", false) || !channel.reading().isOfStore();
        BaseUrl own = channel.value(
                "base-url",
                new Option(channel.path("base-url"), "URL", "the preset's, else required", "http or https; see below"),
                text -> {
                    BaseUrl url = BaseUrls.parse(text);
                    if (!url.tls() && !allowed && !BaseUrls.isPrivate(url.host())) {
                        throw new IllegalArgumentException("would send keys and prompts in plain text over a public"
                                + " network; write https, or set allow-plaintext: true");
                    }
                    if (!anywhere && BaseUrls.isPrivate(url.host())) {
                        throw new IllegalArgumentException(
                                "is in a private network; set allow-private: true if that is meant");
                    }
                    if (ports.isOwn(url)) {
                        throw new IllegalArgumentException("is this node's own port");
                    }
                    return url;
                });
        BaseUrl url = own == null && known != null ? BaseUrls.parse(known) : own;
        return url == null || anywhere ? url : url.inPublic();
    }

    private @Nullable String apiVersion(@Nullable ProviderType type, @Nullable BaseUrl url) {
        String version = channel.text("api-version", "text", Section.NONE, text -> {
            if (!API_VERSION.matcher(text).matches()) {
                throw new IllegalArgumentException("is not an API version; write it like 2024-10-21");
            }
            return text;
        });
        if (type == null || url == null) {
            return version;
        }
        boolean versionless = url.path().endsWith("/openai/v1");
        if (type != ProviderType.AZURE && channel.has("api-version")) {
            channel.error("api-version", "belongs to type azure only");
        } else if (type == ProviderType.AZURE && versionless && channel.has("api-version")) {
            channel.error("api-version", "does not go with a base-url that ends in /openai/v1; remove one of the two");
        } else if (type == ProviderType.AZURE && !versionless && !channel.has("api-version")) {
            channel.error("api-version", "is missing; write it like 2024-10-21, or end base-url in /openai/v1");
        }
        return version;
    }

    private Responses responses(ProviderType type, BaseUrl url) {
        Responses said = channel.optionalWord("responses", Responses.class, "see below");
        if (said == Responses.NATIVE && type != ProviderType.OPENAI && type != ProviderType.AZURE) {
            channel.error("responses", "native goes with the types openai and azure only");
        } else if (said == Responses.NATIVE
                && type == ProviderType.AZURE
                && !url.path().endsWith("/openai/v1")) {
            channel.error("responses", "native needs a base-url that ends in /openai/v1");
        }
        return said == null ? Responses.usual(type, url) : said;
    }

    private List<AccountEntry> accounts(Channel complete) {
        List<AccountEntry> accounts = new ArrayList<>();
        List<Section> items = channel.sections("accounts");
        for (Section item : items) {
            AccountReader.read(item, complete, accounts);
        }
        if (items.isEmpty()) {
            channel.error("accounts", "names no account");
        }
        return accounts;
    }

    private Map<String, String> redirects() {
        Map<String, String> redirects = new LinkedHashMap<>();
        channel.named("models", "model").forEach((name, model) -> {
            String upstream = model.text("upstream", "model name", "the public name", Names::model);
            if (Names.isValid(model, name, Names::model)) {
                redirects.put(name, upstream == null ? name : upstream);
            }
        });
        if (!channel.section("models").isPresent()) {
            channel.error("models", "names no model");
        }
        return redirects;
    }
}
