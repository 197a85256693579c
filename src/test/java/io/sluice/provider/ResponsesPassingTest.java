package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.sse.ResponsesTap;
import io.sluice.testkit.RevisionBuilder;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Responses requests to a provider that speaks them. */
class ResponsesPassingTest {
    private static UpstreamRequest encode(String body) {
        Candidate candidate = Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.redirect("m", "up-1"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
        return ProviderAdapters.of(candidate.channel().type())
                .encode(
                        candidate,
                        RequestScanner.scan(body.getBytes(UTF_8), Endpoint.RESPONSES, 64),
                        new AnswerTarget("id", "m", false, 0));
    }

    @Test
    void passWithoutAWishForUsage() {
        UpstreamRequest request = encode("{\"model\":\"m\", \"stream\":true,\"input\":\"x\"}");

        assertThat(new String(request.body(), UTF_8))
                .isEqualTo("{\"model\":\"up-1\", \"stream\":true,\"input\":\"x\"}");
        assertThat(request.answer().tap("text/event-stream")).isInstanceOf(ResponsesTap.class);
    }

    @Test
    void passWithoutTheReasoningOfOthers() {
        UpstreamRequest request = encode(
                "{\"model\":\"m\",\"input\":[{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"sluice.h.X\"},"
                        + "{\"role\":\"user\",\"content\":\"x\"}]}");

        assertThat(new String(request.body(), UTF_8))
                .isEqualTo("{\"model\":\"up-1\",\"input\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    }
}
