package io.sluice.domain.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboundTest {
    @ParameterizedTest
    @CsvSource({"/v1/chat, /v1/chat?a=1&b=x%20%26%C3%A9", "/v1/chat?v=2, /v1/chat?v=2&a=1&b=x%20%26%C3%A9"})
    void putsTheQueryBehindWhatIsThere(String uri, String expected) {
        Map<String, Secret> query = new LinkedHashMap<>();
        query.put("a", Secret.of("1"));
        query.put("b", Secret.of("x &é"));

        assertThat(new Outbound(Map.of(), query).target(uri)).isEqualTo(expected);
    }

    @Test
    void leavesTheTargetWhenThereIsNoQuery() {
        assertThat(Outbound.NONE.target("/v1/chat?v=2")).isEqualTo("/v1/chat?v=2");
    }

    @Test
    void printsNoValue() {
        Map<String, Secret> values = Map.of("a", Secret.of("CANARY"));

        assertThat(new Outbound(values, values).toString()).doesNotContain("CANARY");
    }
}
