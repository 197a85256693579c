package io.sluice.preset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.Penalty;
import io.sluice.domain.failure.Reset;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.pool.Preset;
import io.sluice.provider.preset.TableErrors;
import io.vertx.core.MultiMap;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresetsTest {
    private static final String LEAST = "name: x\ntitle: X\nbase-url: https://example.com/v1\nauth: bearer\n";

    static Stream<String> names() {
        return Presets.NAMES.stream();
    }

    private static UpstreamFailure classify(String preset, int status, String body) {
        return TableErrors.classify(
                Presets.of(preset).errors().before(Presets.errors("openai")),
                status,
                MultiMap.caseInsensitiveMultiMap(),
                body.replace('\'', '"').getBytes(UTF_8),
                Instant.parse("2026-01-27T12:00:00Z"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPresetIsRead(String name) {
        assertThat(Presets.of(name).name()).isEqualTo(name);
    }

    @Test
    void everyFileIsAPreset() throws Exception {
        File directory = new File(
                Objects.requireNonNull(Presets.class.getResource("/presets")).toURI());

        assertThat(Stream.of(Objects.requireNonNull(directory.list()))
                        .filter(file -> file.endsWith(".yaml"))
                        .map(file -> file.substring(0, file.length() - ".yaml".length())))
                .containsExactlyInAnyOrderElementsOf(Presets.NAMES);
    }

    @Test
    void readmeNamesEveryWordThatAnErrorCanMean() throws Exception {
        String readme = new String(
                Objects.requireNonNull(Presets.class.getResourceAsStream("/presets/README.md"))
                        .readAllBytes(),
                UTF_8);

        for (var meaning : io.sluice.domain.failure.ErrorTable.Meaning.values()) {
            assertThat(readme).contains("| `" + meaning.word() + "` |");
        }
    }

    @Test
    void leastFileHasNothingButAPlace() {
        Preset preset = PresetReader.read(LEAST);

        assertThat(preset.type().word()).isEqualTo("openai");
        assertThat(preset.limits()).isEmpty();
        assertThat(preset.quirks()).isEmpty();
        assertThat(preset.errors().rules()).isEmpty();
        assertThat(preset.errors().inAnswer()).isEmpty();
    }

    @Test
    void everyFieldIsRead() {
        Preset preset = PresetReader.read("""
                name: x-1
                title: X
                type: dashscope
                base-url: https://example.com:8443/v1
                other-urls: { eu: https://eu.example.com }
                auth: optional
                limits: { rpm: 60, tpm: 100_000, concurrency: 5 }
                zone: Asia/Shanghai
                quirks: [one-stop, no-choices]
                endpoints: [rerank, audio/speech]
                in-answer: [a.b, c]
                errors:
                  slow-down: [ { codes: [017], types: [t], text: "x+", status: [429, 503], wait: 1500ms,
                    reach: account, limit: tokens, until: day } ]
                  account: [ { status: [401], certain: no } ]
                """);

        assertThat(preset.otherUrls()).containsEntry("eu", "https://eu.example.com");
        assertThat(preset.limits()).containsEntry("tpm", 100_000L).containsEntry("concurrency", 5L);
        assertThat(preset.zone()).isEqualTo("Asia/Shanghai");
        assertThat(preset.quirks()).containsExactlyInAnyOrder(Preset.Quirk.ONE_STOP, Preset.Quirk.NO_CHOICES);
        assertThat(preset.endpoints())
                .contains(Endpoint.RERANK, Endpoint.SPEECH, Endpoint.CHAT_COMPLETIONS)
                .doesNotContain(Endpoint.MODERATIONS);
        assertThat(preset.errors().inAnswer()).containsExactly("a.b", "c");
        assertThat(preset.errors().zone()).isEqualTo(ZoneId.of("Asia/Shanghai"));
        assertThat(preset.errors().rules())
                .last()
                .satisfies(rule -> assertThat(rule.penalty().certain()).isFalse());
        assertThat(preset.errors().rules()).first().satisfies(rule -> {
            assertThat(rule.codes()).containsExactly("017");
            assertThat(rule.statuses()).containsExactlyInAnyOrder(429, 503);
            assertThat(rule.penalty())
                    .isEqualTo(new Penalty(Reach.ACCOUNT, true, LimitKind.TOKENS, Duration.ofMillis(1500), Reset.DAY));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "colour: red",
                "name: x",
                "type: telepathy",
                "limits: { rps: 5 }",
                "limits: { rpm: -5 }",
                "limits: { rpm: many }",
                "quirks: [odd]",
                "quirks: [one-stop, one-stop]",
                "quirks: one-stop",
                "zone: Nowhere/Land",
                "other-urls: { eu: ftp://example.com }",
                "other-urls: { eu: https://example.com/v1/ }",
                "in-answer: [error, error]",
                "endpoints: [rerank, rerank]",
                "endpoints: [chat/completions]",
                "endpoints: rerank",
                "errors: { fatal: [ { codes: [a] } ] }",
                "errors: { client: { codes: [a] } }",
                "errors: { client: [ a ] }",
                "errors: { client: [ { code: [a] } ] }",
                "errors: { client: [ { codes: a } ] }",
                "errors: { client: [ {} ] }",
                "errors: { client: [ { wait: 1s } ] }",
                "errors: { client: [ { codes: [a], wait: 1s } ] }",
                "errors: { service: [ { codes: [a], wait: 1 } ] }",
                "errors: { service: [ { codes: [a], wait: 25h } ] }",
                "errors: { service: [ { codes: [a], reach: account } ] }",
                "errors: { account: [ { codes: [a], until: day } ] }",
                "errors: { slow-down: [ { codes: [a], until: dawn } ] }",
                "errors: { slow-down: [ { codes: [a], limit: luck } ] }",
                "errors: { slow-down: [ { codes: [a], reach: world } ] }",
                "errors: { slow-down: [ { codes: [a], certain: no } ] }",
                "errors: { account: [ { codes: [a], certain: maybe } ] }",
                "errors: { client: [ { codes: [a], text: '(' } ] }",
                "errors: { client: [ { codes: [a] } ], content: [ { codes: [A] } ] }",
                "errors: { client: [ { codes: [a, b] }, { codes: [b, c] } ] }",
                "errors: { client: [ { status: [400] }, { status: [422, 400] } ] }",
                "errors: [",
                "!!java.net.URL ['https://example.com']: x",
            })
    void faultsAreRefused(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PresetReader.read(LEAST + line + "\n"))
                .satisfies(e -> assertThat(e.getMessage()).isNotEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "x", "name: x", "name: X\ntitle: X\nbase-url: https://example.com\nauth: bearer"})
    void filesWithoutWhatIsNeededAreRefused(String yaml) {
        assertThatIllegalArgumentException().isThrownBy(() -> PresetReader.read(yaml));
    }

    @Test
    void unknownNameIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Presets.of("../sluice"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "minimax|200|{}|BAD_RESPONSE",
                "moonshot|429|{'error':{'type':'exceeded_current_quota_error','message':'suspended due to insufficient balance'}}|ACCOUNT_REFUSED",
                "moonshot|429|{'error':{'type':'rate_limit_reached_error','message':'max RPM reached, please try again after 1 seconds'}}|RATE_LIMITED",
                "moonshot|429|{'error':{'type':'engine_overloaded_error','message':'busy'}}|SERVER_ERROR",
                "moonshot|403|{'error':{'type':'x','message':'insufficient balance'}}|ACCOUNT_REFUSED",
                "moonshot|400|{'error':{'type':'invalid_request_error','message':'Your request exceeded model token limit: 8192'}}|REQUEST_REJECTED",
                "zhipu|429|{'error':{'code':'1113','message':'no balance'}}|ACCOUNT_REFUSED",
                "zhipu|429|{'error':{'code':'1302','message':'slow'}}|RATE_LIMITED",
                "zhipu|429|{'error':{'code':'1305','message':'busy'}}|SERVER_ERROR",
                "zhipu|400|{'error':{'code':'1211','message':'no model'}}|MODEL_MISSING",
                "volcengine|403|{'error':{'code':'AccountOverdueError','message':'m','type':'Forbidden'}}|ACCOUNT_REFUSED",
                "volcengine|429|{'error':{'code':'RateLimitExceeded.EndpointTPMExceeded','message':'m'}}|RATE_LIMITED",
                "volcengine|429|{'error':{'code':'RateLimitExceeded.SomethingNew','message':'m'}}|RATE_LIMITED",
                "volcengine|429|{'error':{'code':'ServerOverloaded','message':'m'}}|SERVER_ERROR",
                "volcengine|429|{'error':{'code':'QuotaExceeded','message':'m'}}|MODEL_MISSING",
                "volcengine|400|{'error':{'code':'SensitiveContentDetected.Violence','message':'m'}}|REQUEST_REJECTED",
                "siliconflow|403|{'code':30001,'message':'Sorry, your account balance is insufficient','data':null}|ACCOUNT_REFUSED",
                "siliconflow|429|{'message':'Request was rejected due to rate limiting. Details: TPM limit reached.','data':'x'}|RATE_LIMITED",
                "siliconflow|401|'Invalid token'|ACCOUNT_REFUSED",
                "siliconflow|400|{'code':20012,'message':'Model does not exist.','data':null}|MODEL_MISSING",
                "siliconflow|503|{'code':50505,'message':'Model service overloaded.','data':null}|SERVER_ERROR",
                "siliconflow|404|404 page not found|MODEL_MISSING",
                "deepseek|402|{'error':{'message':'Insufficient Balance','type':'unknown_error'}}|ACCOUNT_REFUSED",
                "deepseek|429|{'error':{'message':'m'}}|RATE_LIMITED",
                "deepseek|503|{'error':{'message':'m'}}|SERVER_ERROR",
                "qwen|429|{'error':{'code':'insufficient_quota','message':'You exceeded your current quota, please check your plan and billing details','type':'insufficient_quota'}}|RATE_LIMITED",
                "qwen|429|{'error':{'code':'insufficient_quota','message':'Free allocated quota exceeded.'}}|MODEL_MISSING",
                "qwen|400|{'error':{'code':'Arrearage','message':'Access denied, please make sure your account is in good standing.'}}|ACCOUNT_REFUSED",
                "dashscope|429|{'code':'Throttling.RateQuota','message':'Requests rate limit exceeded'}|RATE_LIMITED",
                "dashscope|429|{'code':'Throttling.New','message':'m'}|RATE_LIMITED",
                "dashscope|403|{'code':'AllocationQuota.FreeTierOnly','message':'m'}|MODEL_MISSING",
                "dashscope|400|{'code':'InvalidParameter','message':'Range of input length should be [1, 6000]'}|REQUEST_REJECTED",
                "qianfan|401|{'error':{'code':'invalid_model','message':'No permission to use the model'}}|MODEL_MISSING",
                "qianfan|400|{'error':{'code':'invalid_model','message':'model is empty'}}|REQUEST_REJECTED",
                "qianfan|401|{'error':{'code':'invalid_iam_token','message':'IAM Certification failed','type':'invalid_request_error'}}|ACCOUNT_REFUSED",
                "qianfan|429|{'error':{'code':'cluster_rate_limit_exceeded','type':'rate_limit_exceeded','message':'m'}}|SERVER_ERROR",
                "qianfan|429|{'error':{'code':'tpm_rate_limit_exceeded','type':'rate_limit_exceeded','message':'m'}}|RATE_LIMITED",
                "openrouter|402|{'error':{'code':402,'message':'You requested up to 9 tokens, but can only afford 3'}}|TOO_LARGE_HERE",
                "openrouter|402|{'error':{'code':402,'message':'Insufficient credits'}}|ACCOUNT_REFUSED",
                "openrouter|429|{'error':{'code':429,'message':'x/y is temporarily rate-limited upstream'}}|SERVER_ERROR",
                "openrouter|429|{'error':{'code':429,'message':'Rate limit exceeded: free-models-per-day'}}|RATE_LIMITED",
                "spark|200|{}|BAD_RESPONSE",
                "spark|403|{'error':{'message':'m','type':'api_error','code':'11200'}}|ACCOUNT_REFUSED",
                "hunyuan|400|{'Response':{'Error':{'Code':'FailedOperation.ServiceStopArrears','Message':'m'}}}|ACCOUNT_REFUSED",
                "stepfun|429|{'error':{'message':'m'}}|RATE_LIMITED",
                "baichuan|401|{'error':{'message':'m'}}|ACCOUNT_REFUSED",
            })
    void tablesBlameOnlyWhomTheAnswerNames(String preset, int status, String body, Kind kind) {
        assertThat(classify(preset, status, body).kind()).isEqualTo(kind);
    }

    @Test
    void waitIsTheTablesWhereTheAnswerNamesNone() {
        assertThat(classify("qwen", 429, "{'error':{'code':'limit_burst_rate','message':'m'}}")
                        .retryAfter())
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(classify(
                                "moonshot",
                                429,
                                "{'error':{'type':'rate_limit_reached_error','message':'RPM, please try again in 3s'}}")
                        .retryAfter())
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void filteredContentAndLongContextHaveTheCodesThatClientsKnow() {
        assertThat(classify("dashscope", 400, "{'code':'DataInspectionFailed','message':'m'}")
                        .code())
                .isEqualTo("content_filter");
        assertThat(classify(
                                "moonshot",
                                400,
                                "{'error':{'type':'invalid_request_error','message':'exceeded model token limit'}}")
                        .code())
                .isEqualTo("context_length_exceeded");
    }
}
