package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorScriptTest {
    @TempDir
    Path directory = Path.of(".");

    private SimulatorScript load(String text) throws Exception {
        return SimulatorScript.load(Files.writeString(directory.resolve("script.yaml"), text));
    }

    @Test
    void readsEveryOption() throws Exception {
        SimulatorScript script = load("""
                only-listed: true
                credentials:
                  sk-a:
                    first-token: 1.5s
                    tokens-per-second: 100
                    answer: "one two"
                    answer-tokens: 5
                    tool-call: { name: f, arguments: '{"x":1}' }
                    model-suffix: -2024-08-06
                    models: [gpt-4o]
                    deployments: { d: gpt-4o-2024-08-06 }
                    lenient: true
                    limits: { rpm: 3, tpm: 40_000 }
                    bytes-per-write: 1
                    faults:
                      - { kind: status, status: 429, headers: { retry-after: 7 }, body: no, times: 2, every: 3, probability: 0.5 }
                      - { kind: slow-headers, delay: 20ms }
                      - { kind: cut, after-events: 4 }
                """);

        assertThat(script.onlyListed()).isTrue();
        CredentialScript a = script.credentials().get("sk-a");
        assertThat(a).isNotNull();
        assertThat(a.firstToken()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(a.limits()).isEqualTo(new CredentialScript.Limits(3, 40_000));
        assertThat(a.toolCall()).isEqualTo(new CredentialScript.ToolCall("f", "{\"x\":1}"));
        assertThat(a.deployments()).isEqualTo(Map.of("d", "gpt-4o-2024-08-06"));
        assertThat(a.faults()).hasSize(3);
        assertThat(a.faults().get(0).headers()).isEqualTo(Map.of("retry-after", "7"));
        assertThat(a.faults().get(2).afterEvents()).isEqualTo(4);
    }

    @Test
    void showsAScriptInTheStructureItIsReadIn() throws Exception {
        CredentialScript script = ScriptReader.json("""
                {"first-token": "20ms", "tool-call": {"name": "f"}, "limits": {"rpm": 3}, "models": ["m"],
                 "faults": [{"kind": "status", "status": 503, "headers": {"a": "b"}, "body": "x", "times": 1},
                            {"kind": "stall", "after-events": 2}, {"kind": "slow-headers", "delay": "5ms"}]}""".getBytes(StandardCharsets.UTF_8));

        byte[] shown = ScriptWriter.write(script).toString().getBytes(StandardCharsets.UTF_8);

        assertThat(ScriptReader.json(shown)).isEqualTo(script);
    }

    @Test
    void namesEveryErrorWithItsPath() {
        assertThatThrownBy(() -> load("""
                        credentials:
                          sk-a: { first-token: 5, rpm: 3, faults: [ { kind: sudden }, { kind: status } ] }
                        """))
                .isInstanceOf(InvalidScriptException.class)
                .hasMessageContaining("script.yaml: credentials.sk-a.first-token: must be a duration")
                .hasMessageContaining("credentials.sk-a.rpm: is not known here")
                .hasMessageContaining("credentials.sk-a.faults[0].kind: must be one of status, reset,")
                .hasMessageContaining("credentials.sk-a.faults[1].status: is required");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "credentials: [ | line 1: expected the node content",
                "a: 1, a: 2 | mapping values are not allowed",
                "only-listed: true{n}only-listed: true | duplicate key only-listed",
                "credentials: [] | credentials: must be a mapping",
                "only-listed: maybe | must be true or false",
                "!!java.io.File [x] | Global tag is not allowed",
                "credentials: {a: {answer: ' '}} | credentials.a.answer: must not be blank",
                "credentials: {a: {limits: {rpm: 0}}} | whole number from 1",
                "credentials: {a: {faults: [{kind: cut, probability: 2}]}} | above 0 and up to 1"
            })
    void refusesWhatItCannotMean(String text, String message) {
        assertThatThrownBy(() -> load(text.replace("{n}", "\n")))
                .isInstanceOf(InvalidScriptException.class)
                .hasMessageContaining(message);
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> SimulatorScript.load(directory.resolve("none.yaml")))
                .hasMessageEndingWith("none.yaml: there is no such file");
    }

    @Test
    void answersFortyWordsByDefault() {
        assertThat(new AnswerText(CredentialScript.DEFAULT_ANSWER).pieces())
                .isEqualTo(CredentialScript.DEFAULT.answerTokens());
    }
}
