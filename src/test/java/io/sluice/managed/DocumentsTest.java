package io.sluice.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.Secret;
import io.sluice.managed.Documents.Joined;
import io.sluice.managed.Documents.Split;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken out of documents, and how it comes back. */
class DocumentsTest {
    private static final String WHOLE = """
            {"type":"openai","base-url":"https://api.example.com/v1","proxy":"http://u:canary-proxy@p:1",
             "headers":{"x-a/b":"canary-header"},"query":{"q":"canary-query"},"system-prompt":"canary-prompt",
             "tls":{"ca":"public","cert":"public","key":"canary-pem"},
             "parameters":{"set":{"user":"canary-set"},"default":{"n":[1,{"a":"canary-default"}]},"remove":["b"],
               "per-model":{"z*":{"set":{"s":"canary-per-model"}},"a*":{"remove":["c"]}}},
             "accounts":[
               {"name":"main","key":"canary-key","limits":{"rpm":10,"per-model":{"z*":{"rpm":1},"a*":{"rpm":2.50}}}},
               {"name":"second","key":"canary-second","headers":{"x":"canary-own"},"proxy":"none"}],
             "models":{"m":{}}}""";

    private static String same(String json) {
        return Documents.read(json).toString();
    }

    @Test
    void takesOutEverySecret() {
        Split split = Documents.split(Kind.CHANNEL, WHOLE);

        assertThat(split.document())
                .doesNotContain("canary")
                .contains("https://api.example.com/v1", "\"ca\":\"public\"");
        assertThat(split.secrets())
                .containsOnlyKeys(
                        "/proxy",
                        "/system-prompt",
                        "/headers/x-a~1b",
                        "/query/q",
                        "/tls/key",
                        "/parameters/set/user",
                        "/parameters/default/n",
                        "/parameters/per-model/z*/set/s",
                        "/accounts/main/key",
                        "/accounts/second/key",
                        "/accounts/second/headers/x",
                        "/accounts/second/proxy")
                .containsEntry("/accounts/main/key", "\"canary-key\"")
                .containsEntry("/parameters/default/n", "[1,{\"a\":\"canary-default\"}]");
        assertThat(split.toString()).doesNotContain("canary");
    }

    @Test
    void marksCredentialsByFingerprintAndNothingElse() {
        String bare = Documents.split(Kind.CHANNEL, WHOLE).document();

        assertThat(bare)
                .contains("\"key\":\"fingerprint " + Secret.of("canary-key").fingerprint() + "\"")
                .contains("\"x-a/b\":\"sealed\"", "\"proxy\":\"sealed\"", "\"n\":\"sealed\"");
    }

    @Test
    void putsEverythingBackAsItWas() {
        Split split = Documents.split(Kind.CHANNEL, WHOLE);

        Joined joined = Documents.join(Kind.CHANNEL, split.document(), split.secrets());

        assertThat(joined.missing()).isEmpty();
        assertThat(joined.document()).isEqualTo(same(WHOLE)).contains("2.50");
        assertThat(joined.toString()).doesNotContain("canary");
    }

    /** The way of a client that reads, changes something else and writes: also in another order. */
    @Test
    void keepsSecretsByTheNameOfTheirAccount() {
        Split split = Documents.split(Kind.CHANNEL, WHOLE);
        String second = Secret.of("canary-second").fingerprint();
        String changed = """
                {"accounts":[{"name":"second","key":"fingerprint %s"},{"name":"third","key":"sk-new"}]}""".formatted(second);

        Joined joined = Documents.join(Kind.CHANNEL, changed, split.secrets());

        assertThat(joined.missing()).isEmpty();
        assertThat(joined.document())
                .isEqualTo(
                        "{\"accounts\":[{\"name\":\"second\",\"key\":\"canary-second\"},{\"name\":\"third\",\"key\":\"sk-new\"}]}");
    }

    @Test
    void tellsMarksThatStandForNothing() {
        Split split = Documents.split(Kind.CHANNEL, WHOLE);
        String second = Secret.of("canary-second").fingerprint();
        String changed = """
                {"query":{"other":"sealed"},"accounts":[{"name":"main","key":"fingerprint %s"},
                 {"name":"new","key":"fingerprint %s"},{"key":"fingerprint %s"}]}""".formatted(second, second, second);

        assertThat(Documents.join(Kind.CHANNEL, changed, split.secrets()).missing())
                .containsExactly("/query/other", "/accounts/main/key", "/accounts/new/key", "/accounts/#2/key");
    }

    @Test
    void hasNoSecretInOtherKinds() {
        String model = "{\"fallbacks\":[\"a\"],\"key\":\"x\"}";

        assertThat(Documents.split(Kind.MODEL, model)).isEqualTo(new Split(model, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{} {}", "{\"a\":1,\"a\":2}", "null"})
    void readsObjectsOnly(String text) {
        assertThatThrownBy(() -> Documents.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Odd shapes are the loader's to refuse; here nothing falls over them, and nothing stays in clear that looks like a key. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"accounts\":{\"key\":\"canary\"}}",
                "{\"accounts\":[1,null,[{\"key\":1}]]}",
                "{\"accounts\":[{\"key\":{\"a\":\"canary\"}},{\"key\":null},{\"key\":\"\"}]}",
                "{\"headers\":[\"a\"],\"tls\":\"x\",\"parameters\":[],\"proxy\":5}",
                "{\"parameters\":{\"set\":5,\"per-model\":{\"a\":7}}}"
            })
    void takesAnyShape(String text) {
        Split split = Documents.split(Kind.CHANNEL, text);

        assertThat(Documents.join(Kind.CHANNEL, split.document(), split.secrets())
                        .document())
                .isEqualTo(same(text));
    }
}
