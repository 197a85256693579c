package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.Channel;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.preset.Presets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Channels that name a service instead of saying where it is. */
class PresetChannelTest {
    static final List<String> NAMES = Presets.NAMES;

    private static TestFiles channel(String lines, String limits) {
        return TestFiles.gateway("""
                channels:
                  - name: c
                    %s
                    accounts: [{ name: a, key: "${env:KEY}"%s }]
                    models: { m: {}, n: {} }
                """.formatted(lines, limits) + TestFiles.KEY);
    }

    private static Channel read(String lines, String limits) {
        return channel(lines, limits).revision().channels().getFirst();
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyPresetMakesAChannel(String name) {
        var preset = Presets.of(name);
        String url = preset.baseUrl() == null ? "http://127.0.0.1:8000/v1" : preset.baseUrl();

        Channel channel = read("preset: " + name + (preset.baseUrl() == null ? "\n    base-url: " + url : ""), "");

        assertThat(channel.preset()).isSameAs(preset);
        assertThat(channel.type()).isEqualTo(preset.type());
        assertThat(channel.baseUrl()).hasToString(url);
        assertThat(channel.accounts().getFirst().limits().equals(AccountLimits.NONE))
                .isEqualTo(preset.limits().isEmpty());
    }

    @Test
    void ownValuesOverride() {
        Channel channel = read("preset: moonshot\n    base-url: https://api.moonshot.ai/v1", ", limits: { rpm: 7 }");

        assertThat(channel.baseUrl().host()).isEqualTo("api.moonshot.ai");
        assertThat(channel.accounts().getFirst().limits().all().windows())
                .singleElement()
                .satisfies(limit -> assertThat(limit.amount()).isEqualTo(7));
        assertThat(read("preset: moonshot", ", limits: {}")
                        .accounts()
                        .getFirst()
                        .limits())
                .isEqualTo(AccountLimits.NONE);
    }

    @Test
    void unknownPresetIsNamedWithItsPlace() {
        assertThat(String.join("\n", channel("preset: deepsek", "").gatewayErrors()))
                .contains("3:5: channels[0].preset: 'deepsek' is no preset; did you mean 'deepseek'?")
                .contains("presets are baichuan, cerebras")
                .doesNotContain("is missing");
    }

    @Test
    void typeThatDisagreesIsRefused() {
        assertThat(String.join(
                        "\n", channel("preset: qianfan\n    type: openai", "").gatewayErrors()))
                .contains("channels[0].type: does not go with the preset 'qianfan', whose type is qianfan");
        assertThat(read("preset: qianfan\n    type: qianfan", "").type().word()).isEqualTo("qianfan");
    }

    @Test
    void softwareThatRunsAnywhereNeedsABaseUrl() {
        assertThat(String.join("\n", channel("preset: vllm", "").gatewayErrors()))
                .contains("channels[0].base-url: is missing; the preset 'vllm' is software that runs anywhere");
    }
}
