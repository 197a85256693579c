package io.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ProviderType;
import io.sluice.testkit.RevisionBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which providers are given the bytes of what requests name by address. */
class NeedsBytesTest {
    private static final String VERTEX = "/v1/projects/p/locations/eu/publishers/google";

    private static Set<MediaKind> needed(ProviderType type, String path, Endpoint endpoint) {
        Candidate candidate = new RevisionBuilder()
                .channel("c", c -> c.type(type)
                        .url(new BaseUrl(false, "127.0.0.1", 1, path))
                        .redirect("m", "m"))
                .build()
                .models()
                .get("m")
                .candidates()
                .getFirst();
        byte[] body =
                ("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"contents\":[{}],\"input\":\"x\"}")
                        .getBytes(StandardCharsets.UTF_8);
        RequestHead head =
                endpoint == Endpoint.GENERATE_CONTENT ? RequestHead.ofPath("m", false, false) : RequestHead.NONE;
        return ProviderAdapters.of(type).needsBytes(candidate, RequestScanner.scan(body, endpoint, head, 64));
    }

    @ParameterizedTest
    @CsvSource({
        "OLLAMA, '', CHAT_COMPLETIONS, IMAGE TEXT",
        "OLLAMA, '', EMBEDDINGS, ''",
        "BEDROCK, '', MESSAGES, IMAGE DOCUMENT VIDEO",
        "DASHSCOPE, '', CHAT_COMPLETIONS, TEXT",
        "GEMINI, '', CHAT_COMPLETIONS, IMAGE DOCUMENT",
        "GEMINI, '', GENERATE_CONTENT, ''",
        "GEMINI, " + VERTEX + ", CHAT_COMPLETIONS, ''",
        "ANTHROPIC, '', CHAT_COMPLETIONS, ''",
        "OPENAI, '', CHAT_COMPLETIONS, ''",
        "OPENAI, '', MESSAGES, DOCUMENT AUDIO",
        "OPENAI, '', RESPONSES, DOCUMENT AUDIO",
        "AZURE, '', GENERATE_CONTENT, DOCUMENT AUDIO",
        "AZURE, /openai/v1, RESPONSES, ''",
        "QIANFAN, '', MESSAGES, DOCUMENT AUDIO"
    })
    void areGivenThem(ProviderType type, String path, Endpoint endpoint, String kinds) {
        Set<MediaKind> expected = kinds.isEmpty()
                ? Set.of()
                : Arrays.stream(kinds.split(" ")).map(MediaKind::valueOf).collect(Collectors.toSet());

        assertThat(needed(type, path, endpoint)).isEqualTo(expected);
    }

    @Test
    void geminiKnowsAddressesOfItsOwn() {
        ProviderAdapter gemini = ProviderAdapters.of(ProviderType.GEMINI);

        assertThat(gemini.fetchesItself("https://youtu.be/x")).isTrue();
        assertThat(gemini.fetchesItself("https://generativelanguage.googleapis.com/v1beta/files/x"))
                .isTrue();
        assertThat(gemini.fetchesItself("https://example.com/x.png")).isFalse();
    }
}
