package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.pool.BaseUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlsTest {
    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, https://api.openai.com/v1",
        "https://API.OpenAI.com:443/v1/, https://api.openai.com/v1",
        "http://127.0.0.1:8090/v1, http://127.0.0.1:8090/v1",
        "http://[::1]:8090, http://[::1]:8090",
        "https://[2001:db8::1], https://[2001:db8::1]",
        "https://xn--bcher-kva.example/a/b-c/d.e, https://xn--bcher-kva.example/a/b-c/d.e",
        "http://ollama:11434, http://ollama:11434",
        "https://a_b.example, https://a_b.example"
    })
    void reads(String written, String url) {
        assertThat(BaseUrls.parse(written)).hasToString(url);
    }

    @ParameterizedTest
    @CsvSource({
        "https://hooks.example/a, /a",
        "https://hooks.example/a/, /a/",
        "https://hooks.example, /",
        "https://hooks.example/a?x=/, /a?x=/",
        "https://hooks.example/a/?x=1, /a/?x=1"
    })
    void keepsTheTargetOfAWebhook(String written, String target) {
        assertThat(BaseUrls.hook(written).target().reveal()).isEqualTo(target);
    }

    @Test
    void saysWhatIsWrongWithUserInformationInAWebhook() {
        assertThatThrownBy(() -> BaseUrls.hook("https://CANARY:pw@hooks.example/a"))
                .hasMessageStartingWith("holds user information; remove what stands before the @")
                .hasMessageNotContaining("CANARY")
                .hasMessageNotContaining("account");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[fd00::12", "[fd00::12]x", "[]"})
    void wantsTheEndOfAnAddress(String host) {
        assertThatThrownBy(() -> BaseUrls.host(host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("has an? .*");
    }

    @Test
    void keepsThePartsApart() {
        assertThat(BaseUrls.parse("http://[::1]:8090/v1/")).isEqualTo(new BaseUrl(false, "::1", 8090, "/v1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.com",
                "HTTPS://example.com",
                "example.com",
                "https://",
                "https:///v1",
                "https://:443",
                "https://user:pw@example.com",
                "https://example.com@evil.example",
                "https://example.com?x=1",
                "https://example.com#x",
                "https://example.com/v1?x",
                "https://example.com:0",
                "https://example.com:65536",
                "https://example.com:",
                "https://example.com:80:80",
                "https://exa mple.com",
                "https://example.com/a b",
                "https://example.com/../x",
                "https://example.com//x",
                "https://example.com/%2e",
                "https://example.com\\x",
                "https://example.com.",
                "https://.example.com",
                "https://a..b",
                "https://-a.example",
                "https://b\u00fccher.example",
                "https://\u0430pi.openai.com",
                "https://example.com\n",
                "http://169.254.169.254",
                "http://169.254.0.1/x",
                "http://[fe80::1]",
                "http://[fe80::1%25eth0]",
                "http://[fe80::1%eth0]",
                "http://[fd00:ec2::254]",
                "http://[::ffff:169.254.169.254]",
                "http://[64:ff9b::a9fe:a9fe]",
                "http://[::169.254.169.254]",
                "http://metadata.google.internal",
                "http://METADATA.google.internal",
                "http://metadata",
                "http://100.100.100.200",
                "http://0.0.0.0",
                "http://0",
                "http://[::]",
                "http://224.0.0.1",
                "http://255.255.255.255",
                "http://2130706433",
                "http://0x7f.1",
                "http://0x7f000001",
                "http://127.1",
                "http://0177.0.0.1",
                "http://127.0.0.01",
                "http://1.2.3.4.5",
                "http://256.1.1.1",
                "http://[1.2.3.4]x",
                "http://[::1",
                "http://::1",
                "http://[g::1]"
            })
    void refuses(String written) {
        assertThatThrownBy(() -> BaseUrls.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(is|has|holds|names) .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.0.0.1",
                "::1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "100.64.0.1",
                "fd12::1",
                "ollama",
                "ollama.default.svc",
                "gpu.internal",
                "gpu.local"
            })
    void takesForPrivate(String host) {
        assertThat(BaseUrls.isPrivate(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"api.openai.com", "8.8.8.8", "172.32.0.1", "2001:db8::1", "localhost.example"})
    void takesForPublic(String host) {
        assertThat(BaseUrls.isPrivate(host)).isFalse();
    }

    @Test
    void offersThePunycodeOfAName() {
        assertThatThrownBy(() -> BaseUrls.parse("https://b\u00fccher.example"))
                .hasMessage("has a host outside ASCII; if it is meant, write xn--bcher-kva.example");
    }
}
