package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.GatewayRevision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceAccountKeyTest {
    private static final String JSON = "\n{\n  \"client_email\": \"a@b\",\n\t\"private_key\": \"x\\ny\"\r\n}\n";

    private static TestFiles files(String type, String key) {
        return TestFiles.gateway(TestFiles.CHANNEL.replace("type: openai", "type: " + type) + TestFiles.KEY)
                .variable("KEY", key);
    }

    @Test
    void geminiTakesTheJsonOfAServiceAccount() {
        GatewayRevision revision = files("gemini", JSON).revision();

        assertThat(revision.channels().getFirst().accounts().getFirst().key().reveal())
                .isEqualTo(JSON.strip());
    }

    @Test
    void otherTypesDoNot() {
        assertThat(files("openai", JSON).gatewayErrors())
                .singleElement()
                .asString()
                .contains("no header may carry");
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "{\"a\":1", "{\u0000}", "x{}"})
    void whatIsNeitherIsRefused(String key) {
        boolean visible = key.equals("{\"a\":1") || key.equals("x{}");
        assertThat(files("gemini", key).gatewayErrors()).hasSize(visible ? 0 : 1);
    }
}
