package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestProxy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lists of the simulated provider, in every dialect. */
class ModelsCommandTest {
    private static final String AWS = "AKIDEXAMPLE:wJalrXUtnFEMI@us-east-1";

    private static SimulatedProvider provider;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path dir;

    @BeforeAll
    static void starts() {
        provider = SimulatedProvider.start(SimulatorOptions.onPort(0));
    }

    @AfterAll
    static void stops() {
        provider.close();
    }

    private int execute(String channel, String models, String... more) throws IOException {
        Files.writeString(
                dir.resolve("gateway.yaml"), """
                channels:
                  - name: c
                %s
                    models: %s
                keys: [{ name: app, key: a-key-of-more-than-sixteen }]
                """.formatted(channel.indent(4).stripTrailing(), models));
        List<String> args = new ArrayList<>(List.of("models", "--config", dir.toString()));
        args.addAll(List.of(more));
        return SluiceCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args.toArray(String[]::new));
    }

    private static String channel(String type, String path, String key, String more) {
        return "type: " + type + "\nbase-url: http://127.0.0.1:" + provider.port() + path
                + "\naccounts: [{ name: a, key: \"" + key + "\" }]" + more;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openai    | /v1                | sk-1             | gpt-4o-mini",
                "azure     | /openai/v1         | az-1             | gpt-4o-mini",
                "azure     | ''                 | az-1             | gpt-4o-mini",
                "anthropic | /anthropic/v1      | sk-ant-1         | claude-sonnet-4-5-20250929",
                "anthropic | ''                 | sk-ant-2         | claude-sonnet-4-5-20250929",
                "gemini    | /v1beta            | AIza-1           | gemini-2.5-flash",
                "bedrock   | /bedrock           | bedrock-key      | '\"amazon.nova-lite-v1:0\"'",
                "bedrock   | /bedrock           | AWS              | '\"amazon.nova-lite-v1:0\"'",
                "dashscope | /api/v1            | sk-ds            | qwen-plus",
                "qianfan   | /qianfan/v2        | bce-v3/ALTAK-1/x | ernie-4.5-turbo-128k",
                "ollama    | ''                 | none             | '\"llama3.2:latest\"'"
            })
    void printsTheModelsOfEveryType(String type, String path, String key, String model) throws IOException {
        String version = type.equals("azure") && path.isEmpty() ? "\napi-version: 2024-10-21" : "";
        String channel = channel(type, path, key.equals("AWS") ? AWS : key, version);

        assertThat(execute(channel, "{ x: {} }", "c")).as(err.toString()).isZero();
        assertThat(out.toString().lines()).startsWith("models:").anyMatch(line -> line.startsWith("  " + model));
        assertThat(err.toString()).contains("channel 'c' offers", "in the channel's models, and not in the list: x");

        // What it prints is what a channel takes.
        String yaml = out.toString().substring("models:".length());
        out.getBuffer().setLength(0);
        assertThat(execute(channel, yaml.indent(4).isEmpty() ? "{}" : yaml.replace("\n  ", "\n      "), "c"))
                .as(err.toString())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"anthropic, /anthropic/v1, sk-ant-many", "gemini, /v1beta, AIza-many"})
    void readsEveryPage(String type, String path, String key) throws IOException {
        String names = IntStream.range(0, 2_345)
                .mapToObj(i -> "\"model-" + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        provider.script(key, "{\"models\":" + names + "}");

        assertThat(execute(channel(type, path, key, ""), "{ x: {} }", "c"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines())
                .hasSize(2_346)
                .startsWith("models:", "  model-0: {}")
                .endsWith("  model-2344: {}");
    }

    @Test
    void keepsWhatTheChannelCallsAModel() throws IOException {
        assertThat(execute(
                        channel("openai", "/v1", "sk-1", ""), "{ mine: { upstream: gpt-4o-mini }, gpt-4o: {} }", "c"))
                .isZero();
        assertThat(out.toString().lines())
                .contains("  \"mine\": { upstream: gpt-4o-mini }", "  gpt-4o: {}")
                .doesNotContain("  gpt-4o-mini: {}");
        assertThat(err.toString()).doesNotContain("not in the list");
    }

    @Test
    void namesTheChannelThatMayBeMeant() throws IOException {
        assertThat(execute(channel("openai", "/v1", "sk-1", ""), "{ x: {} }", "cc"))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith("sluice: there is no channel 'cc' in use")
                .contains("'c'");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void namesTheAccountThatMayBeMeant() throws IOException {
        assertThat(execute(channel("openai", "/v1", "sk-1", ""), "{ x: {} }", "c", "--account", "b"))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("sluice: there is no account 'b' in use");
    }

    @Test
    void saysThatTheKeyIsRefused() throws IOException {
        try (FakeUpstream upstream = FakeUpstream.start()) {
            upstream.otherwise(Script.json(
                    401,
                    "{\"error\":{\"message\":\"Incorrect API key provided: sk-CANARY.\",\"type\":\"invalid_request_error\","
                            + "\"param\":null,\"code\":\"invalid_api_key\"}}"));
            String channel =
                    channel("openai", "/v1", "sk-CANARY", "").replace(":" + provider.port(), ":" + upstream.port());

            assertThat(execute(channel, "{ x: {} }", "c")).isEqualTo(1);
            assertThat(err.toString())
                    .startsWith("sluice: channel 'c', account 'a': the provider refuses the account's key (status 401)")
                    .doesNotContain("CANARY");
        }
    }

    @Test
    void asksThroughTheProxyWithTheOperatorsHeadersAndQuery() throws IOException, InterruptedException {
        try (FakeUpstream upstream = FakeUpstream.start();
                TestProxy proxy = TestProxy.http("user:password")) {
            upstream.otherwise(Script.json(200, "{\"data\":[{\"id\":\"only-one\"}]}"));
            String channel = channel(
                            "openai",
                            "/v1",
                            "sk-1",
                            "\nheaders: { x-team: search }\nquery: { a: b }"
                                    + "\nproxy: http://user:password@127.0.0.1:" + proxy.port())
                    .replace("127.0.0.1:" + provider.port(), "upstream.test:" + upstream.port());

            assertThat(execute(channel, "{ x: {} }", "c")).as(err.toString()).isZero();
            assertThat(out.toString().lines()).containsExactly("models:", "  only-one: {}");
            assertThat(proxy.asked()).containsExactly("GET http://upstream.test:" + upstream.port() + "/v1/models?a=b");
            assertThat(upstream.take(Duration.ofSeconds(5)).header("x-team")).containsExactly("search");
        }
    }

    @Test
    void saysThatNobodyIsThere() throws IOException {
        String channel = channel("openai", "/v1", "sk-1", "").replace(":" + provider.port(), ":9");

        assertThat(execute(channel, "{ x: {} }", "c")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("sluice: channel 'c', account 'a': the provider cannot be reached; check base-url");
    }

    @Test
    void saysThatThereIsNoList() throws IOException {
        assertThat(execute(channel("qianfan", "", "clientid1:clientsecret1", ""), "{ x: {} }", "c"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("the provider has no list of models here");
    }
}
