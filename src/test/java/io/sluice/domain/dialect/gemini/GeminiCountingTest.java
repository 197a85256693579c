package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.ResponseTap.Sink;
import org.junit.jupiter.api.Test;

class GeminiCountingTest {
    private static final Sink NOTHING = new Sink() {
        @Override
        public void pass(int offset, int length) {}

        @Override
        public void write(byte[] bytes) {}
    };

    private static ObjectNode chat() {
        ObjectNode chat = Json.object();
        chat.putArray("contents");
        return chat;
    }

    @Test
    void countsAllThatWouldBeAsked() {
        assertThat(Json.text(GeminiCounting.body(chat(), "g", false)))
                .isEqualTo("{\"generateContentRequest\":{\"contents\":[],\"model\":\"models/g\"}}");
        assertThat(Json.text(GeminiCounting.body(chat(), "g", true))).isEqualTo("{\"contents\":[]}");
    }

    @Test
    void answersAsAnthropicDoes() {
        ResponseTap tap = GeminiCounting.tap();
        tap.feed("{\"totalTokens\":31}".getBytes(UTF_8), NOTHING);
        tap.end(NOTHING);

        assertThat(new String(tap.last(), UTF_8)).isEqualTo("{\"input_tokens\":31}");
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void numberThatIsNoneIsAnError() {
        ResponseTap tap = GeminiCounting.tap();
        tap.feed("{\"totalTokens\":\"many\"}".getBytes(UTF_8), NOTHING);
        tap.end(NOTHING);

        assertThat(tap.error()).isNotNull();
        assertThat(tap.complete()).isFalse();
    }
}
