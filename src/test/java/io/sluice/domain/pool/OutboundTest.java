package io.sluice.domain.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboundTest {
    private static final BaseUrl BASE = new BaseUrl(false, "example.com", 8080, "");

    @ParameterizedTest
    @CsvSource({"/v1/chat, /v1/chat?a=1&b=x%20%26%C3%A9", "/v1/chat?v=2, /v1/chat?v=2&a=1&b=x%20%26%C3%A9"})
    void putsTheQueryBehindWhatIsThere(String uri, String expected) {
        Map<String, Secret> query = new LinkedHashMap<>();
        query.put("a", Secret.of("1"));
        query.put("b", Secret.of("x &é"));

        assertThat(new Outbound(Map.of(), query, null, Tls.SYSTEM, null).target(BASE, uri))
                .isEqualTo(expected);
    }

    @Test
    void leavesTheTargetWhenThereIsNoQuery() {
        assertThat(Outbound.NONE.target(BASE, "/v1/chat?v=2")).isEqualTo("/v1/chat?v=2");
    }

    @Test
    void printsNoValue() {
        Map<String, Secret> values = Map.of("a", Secret.of("CANARY"));

        assertThat(new Outbound(values, values, null, Tls.SYSTEM, null).toString())
                .doesNotContain("CANARY");
    }

    @Test
    void tellsAnHttpProxyTheWholeUrlOfPlainText() {
        Proxy http = new Proxy(Proxy.Kind.HTTP, "proxy", 3128, null, null);
        Proxy socks = new Proxy(Proxy.Kind.SOCKS5, "proxy", 1080, null, null);

        assertThat(through(http).target(BASE, "/v1/chat")).isEqualTo("http://example.com:8080/v1/chat");
        assertThat(through(socks).target(BASE, "/v1/chat")).isEqualTo("/v1/chat");
        assertThat(through(http).target(new BaseUrl(true, "example.com", 443, ""), "/v1/chat"))
                .isEqualTo("/v1/chat");
    }

    private static Outbound through(Proxy proxy) {
        return new Outbound(Map.of(), Map.of(), proxy, Tls.SYSTEM, null);
    }

    @Test
    void printsNoCredentialOfAProxy() {
        Proxy proxy = new Proxy(Proxy.Kind.SOCKS5, "::1", 1080, Secret.of("CANARY"), Secret.of("CANARY"));

        assertThat(proxy).hasToString("socks5://***@[::1]:1080");
    }
}
