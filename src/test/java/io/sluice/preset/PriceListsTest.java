package io.sluice.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.testkit.RevisionBuilder;
import java.io.File;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceListsTest {
    private static final String HEAD =
            "provider: X\ndate: 2026-11-01\nsource: x.com\ncurrency: USD\nhosts: [api.x.com]\nmodels:\n";

    static Stream<PriceList> lists() {
        return PriceLists.all().stream();
    }

    private static Channel channel(ProviderType type, String host, @Nullable String preset) {
        Channel any = new RevisionBuilder()
                .channel("c", channel -> channel.serves("m"))
                .build()
                .channels()
                .getFirst();
        return new Channel(
                any.name(),
                type,
                new BaseUrl(true, host, 443, "/v1"),
                null,
                0,
                1,
                any.accounts(),
                any.redirects(),
                any.parameters(),
                any.timeouts(),
                any.outbound(),
                any.onClientGone(),
                false,
                any.fetch(),
                1,
                preset == null ? null : Presets.of(preset),
                any.responses(),
                any.health());
    }

    private static PriceLists.@Nullable Listed find(String type, String host, @Nullable String preset, String model) {
        return PriceLists.find(channel(ProviderType.ofWord(type).orElseThrow(), host, preset), model);
    }

    @Test
    void everyFileIsAList() throws Exception {
        File directory = new File(
                Objects.requireNonNull(PriceLists.class.getResource("/prices")).toURI());

        assertThat(Stream.of(Objects.requireNonNull(directory.list()))
                        .filter(file -> file.endsWith(".yaml"))
                        .map(file -> file.substring(0, file.length() - ".yaml".length())))
                .containsExactlyInAnyOrderElementsOf(PriceLists.NAMES);
    }

    @ParameterizedTest
    @MethodSource("lists")
    void everyListSaysWhenAndWhere(PriceList list) {
        assertThat(list.date()).isAfter(LocalDate.of(2025, 1, 1));
        assertThat(list.source()).isNotBlank();
        assertThat(list.models()).isNotEmpty();
        assertThat(list.hosts()).isNotEmpty();
    }

    /** A cached token that costs more than a new one, or a long request that costs less, is a slip of the pen. */
    @ParameterizedTest
    @MethodSource("lists")
    void everyPriceIsPlausible(PriceList list) {
        list.models().forEach((model, tariff) -> {
            Rates rates = tariff.rates();
            assertThat(rates.cachedInput()).as(model + " cached").isLessThanOrEqualTo(rates.input());
            assertThat(rates.cacheWrite()).as(model + " write").isBetween(rates.input(), 2 * rates.input());
            assertThat(rates.input()).as(model + " input").isLessThanOrEqualTo(200_000_000);
            assertThat(rates.output()).as(model + " output").isLessThanOrEqualTo(700_000_000);
            assertThat(rates.output() == 0 || rates.output() >= rates.input())
                    .as(model + " output")
                    .isTrue();
            tariff.tiers().forEach(tier -> {
                assertThat(tier.from()).as(model + " tier").isBetween(10_000L, 2_000_000L);
                assertThat(tier.rates().input()).as(model + " tier").isGreaterThan(rates.input());
                assertThat(tier.rates().output()).as(model + " tier").isGreaterThan(rates.output());
            });
        });
    }

    /** Otherwise it would depend on the order of the lists which one counts. */
    @Test
    void noHostPresetOrTypeIsInTwoLists() {
        Map<Object, String> first = new HashMap<>();
        lists().forEach(list -> {
            list.hosts()
                    .forEach(host -> assertThat(first.put(host, list.name())).isNull());
            list.presets().forEach(preset -> assertThat(first.put(preset, list.name()))
                    .isNull());
            list.types()
                    .forEach(type -> assertThat(first.put(type, list.name())).isNull());
        });
    }

    /** A preset's own place is in the list that has the preset. */
    @Test
    void listsKnowThePlacesOfTheirPresets() {
        lists().forEach(list -> list.presets().forEach(preset -> {
            String url = Objects.requireNonNull(Presets.of(preset).baseUrl());
            assertThat(list.isAt(url.replaceAll("https://([^/]+).*", "$1")))
                    .as(preset)
                    .isTrue();
        }));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "openai,api.openai.com,-,gpt-4o-mini,0.15",
                "openai,api.openai.com,-,gpt-4o-mini-2024-07-18,0.15",
                "openai,api.openai.com,-,gpt-4o-2024-08-06,2.5",
                "openai,api.openai.com,-,gpt-4o-2024-05-13,5",
                "openai,127.0.0.1,-,gpt-4o-mini,0.15",
                "azure,my.openai.azure.com,-,gpt-4o,2.5",
                "anthropic,api.anthropic.com,-,claude-haiku-4-5-20251001,1",
                "anthropic,relay.example.com,-,claude-3-5-sonnet@20241022,3",
                "openai,api.moonshot.cn,moonshot,kimi-k3,20",
                "openai,api.moonshot.ai,moonshot,kimi-k3,3",
                "openai,api.moonshot.ai,-,kimi-k3,3",
                "openai,proxy.example.com,moonshot,kimi-k3,20",
                "openai,api.z.ai,zhipu,glm-5.3,1.4",
                "dashscope,dashscope.aliyuncs.com,-,qwen3-max,2.5",
                "gemini,europe-west4-aiplatform.googleapis.com,-,gemini-2.5-pro,1.25",
                "bedrock,bedrock-runtime.us-east-1.amazonaws.com,-,us.anthropic.claude-3-5-sonnet-20241022-v2:0,3",
            })
    void findsThePriceOfAPlace(String type, String host, @Nullable String preset, String model, String input) {
        assertThat(Objects.requireNonNull(find(type, host, preset, model))
                        .tariff()
                        .rates()
                        .input())
                .isEqualTo(new java.math.BigDecimal(input).movePointRight(6).longValueExact());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // Fine-tuned, or of another time: it costs something else.
                "openai,api.openai.com,-,ft:gpt-4o-mini:org::id",
                "openai,api.openai.com,-,gpt-4o-mini-audio",
                "openai,api.openai.com,-,gpt-4o-mini-2024",
                "openai,api.openai.com,-,GPT-4o",
                // Another's model at OpenAI, another's service, and software of one's own.
                "openai,api.openai.com,-,kimi-k3",
                "openai,api.moonshot.cn,moonshot,gpt-4o",
                "openai,10.0.0.1,vllm,gpt-4o",
                "ollama,10.0.0.1,-,llama3",
                "bedrock,bedrock-runtime.eu-central-1.amazonaws.com,-,us.anthropic.claude-3-5-sonnet-20241022-v2:0",
            })
    void saysNothingWhereItIsNotSure(String type, String host, @Nullable String preset, String model) {
        assertThat(find(type, host, preset, model)).isNull();
    }

    @Test
    void saysWhichListItWas() {
        PriceLists.Listed listed = Objects.requireNonNull(find("openai", "api.x.ai", "xai", "grok-4.5"));

        assertThat(listed.revision()).isEqualTo("list 2026-11-01");
        assertThat(listed.origin()).isEqualTo("price list xai: grok-4.5");
        assertThat(listed.tariff().currency()).isEqualTo("USD");
    }

    @Test
    void readsEveryPart() {
        PriceList list = PriceListReader.read("x", HEAD + """
                  a, b: { input: 2.50, cached-input: 0.25, cache-write: 3, output: 10, reasoning: 12, input-audio: 20, output-audio: 30, image: 0.04, call: 0.01, tiers: [{ from: 1_000, input: 5, cached-input: 0.50, cache-write: 6, output: 20, reasoning: 24, input-audio: 40, output-audio: 60 }] }
                  "c*": { input: 1, output: 2 }
                """);

        Tariff tariff = Objects.requireNonNull(list.models().get(list.entryOf("b")));
        assertThat(tariff.rates())
                .isEqualTo(new Rates(2_500_000, 250_000, 3_000_000, 10_000_000, 12_000_000, 20_000_000, 30_000_000));
        assertThat(tariff.tiers().getFirst().from()).isEqualTo(1_000);
        assertThat(tariff.imageMicros()).isEqualTo(40_000);
        assertThat(tariff.callMicros()).isEqualTo(10_000);
        assertThat(Objects.requireNonNull(list.entryOf("cde")).pattern()).isEqualTo("c*");
        assertThat(list.entryOf("a-2026-11-01")).as("not dated").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "  a: { input: 1 }",
                "  a: { output: 1 }",
                "  a: {}",
                "  a: { input: -1, output: 1 }",
                "  a: { input: 1, output: 1.0000001 }",
                "  a: { input: 99999999, output: 1 }",
                "  a: { input: 1000001, output: 1 }",
                "  a: { input: 1e3, output: 1 }",
                "  a: { inptu: 1, output: 1 }",
                "  a: { call: 1 }\n  \"b, a\": { call: 1 }",
                "  a b: { call: 1 }",
                "  a: { input: 1, output: 1, tiers: [{ from: 9, input: 1 }] }",
                "  a: { input: 1, output: 1, tiers: [{ from: 9, input: 1, output: 1, reasoning: 1 }] }",
                "  a: { input: 1, output: 1, tiers: [{ input: 1, output: 1 }] }",
                "  a: { input: 1, output: 1, tiers: { from: 9 } }",
            })
    void refusesHalfAPrice(String models) {
        assertThatIllegalArgumentException().isThrownBy(() -> PriceListReader.read("x", HEAD + models + "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"date: 2026-11-01", "source: x.com", "currency: USD", "provider: X"})
    void refusesAListThatDoesNotSayWhatItIs(String line) {
        assertThatThrownBy(() -> PriceListReader.read("x", HEAD.replace(line + "\n", "") + "  a: { call: 1 }\n"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> PriceListReader.read("x", HEAD.replace("2026-11-01", "yesterday") + "  a: { call: 1 }\n"))
                .hasMessageContaining("date");
    }
}
