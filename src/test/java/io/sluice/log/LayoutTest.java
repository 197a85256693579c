package io.sluice.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LayoutTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void textLineShowsKeysBehindTheMessage() {
        String line = new TextLayout()
                .doLayout(event(
                        "io.sluice.node.Node",
                        "is up",
                        null,
                        new KeyValuePair("port", 8080),
                        new KeyValuePair("w", "a b")));

        assertThat(line).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  node      is up port=8080 w=\"a b\"\\n");
    }

    @Test
    void textStaysOneLineWhateverComesIn() {
        String line = new TextLayout()
                .doLayout(event(
                        "access",
                        "model gpt\r\n00:00:00 ERROR forged \u001b[31m\u202e\u2028",
                        null,
                        new KeyValuePair("id", "a\"}\n{\"level\":\"ERROR\"\u0085")));

        assertThat(line.strip()).doesNotContain("\n", "\r", "\u001b", "\u202e", "\u2028", "\u0085");
    }

    @Test
    void jsonKeepsTypesAndOrder() throws Exception {
        String line = new JsonLayout()
                .doLayout(event(
                        "access",
                        "chat_completions",
                        null,
                        new KeyValuePair("status", 200),
                        new KeyValuePair("stream", true),
                        new KeyValuePair("total_ms", 1.5),
                        new KeyValuePair("model", "mod\u00e8le")));

        assertThat(line)
                .endsWith("\"logger\":\"access\",\"message\":\"chat_completions\",\"status\":200,\"stream\":true,"
                        + "\"total_ms\":1.5,\"model\":\"mod\u00e8le\"}\n");
    }

    @Test
    void jsonIsOneEventALineWhateverComesIn() throws Exception {
        String line = new JsonLayout()
                .doLayout(event(
                        "io.netty.x.Y",
                        "a\"}\n{\"level\":\"ERROR\"",
                        new IllegalStateException("two\nlines"),
                        new KeyValuePair("agent", "\u001b[31m\r\n")));

        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("message").asText()).isEqualTo("a\"}\ufffd{\"level\":\"ERROR\"");
        assertThat(json.path("logger").asText()).isEqualTo("Y");
        assertThat(json.path("stack").asText()).contains("IllegalStateException");
        assertThat(json.path("agent").asText()).isEqualTo("\ufffd[31m\ufffd\ufffd");
    }

    private LoggingEvent event(String logger, String message, @Nullable Throwable thrown, KeyValuePair... pairs) {
        LoggingEvent event =
                new LoggingEvent("caller", context.getLogger(logger), Level.INFO, message, thrown, new Object[0]);
        event.setKeyValuePairs(List.of(pairs));
        return event;
    }
}
