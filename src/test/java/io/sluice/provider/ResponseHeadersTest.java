package io.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseHeadersTest {
    private static final Secret KEY = Secret.of("CANARY-key");

    private static MultiMap headers() {
        return MultiMap.caseInsensitiveMultiMap();
    }

    @Test
    void onlyWhatIsAllowedPasses() {
        MultiMap headers = headers()
                .add("Content-Type", "application/json")
                .add("OpenAI-Processing-MS", "12")
                .add("openai-version", "2020-10-01")
                .add("openai-organization", "our-company")
                .add("set-cookie", "a=b")
                .add("server", "x")
                .add("location", "http://10.0.0.1/")
                .add("x-ratelimit-remaining-requests", "1")
                .add("x-request-id", "req_1")
                .add("retry-after", "1")
                .add("content-encoding", "gzip")
                .add("transfer-encoding", "chunked")
                .add("connection", "close")
                .add("x-goog-api-key", KEY.reveal());

        assertThat(ResponseHeaders.forClient(headers, KEY, null, List.of()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "content-type",
                        "application/json",
                        "openai-processing-ms",
                        "12",
                        "openai-version",
                        "2020-10-01"));
    }

    @Test
    void valueThatHoldsTheCredentialIsDropped() {
        MultiMap headers = headers().add("openai-version", "v-" + KEY.reveal() + "-1");

        assertThat(ResponseHeaders.forClient(headers, KEY, null, List.of())).isEmpty();
    }

    @Test
    void longValueIsDropped() {
        MultiMap headers = headers().add("openai-version", "v".repeat(257));

        assertThat(ResponseHeaders.forClient(headers, KEY, null, List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, true",
        "application/json; charset=utf-8, true",
        "text/event-stream, true",
        "text/event-stream; charset=utf-8, true",
        "text/html, false",
        "text/plain, false",
        "'', false"
    })
    void readableTypes(String contentType, boolean expected) {
        assertThat(ResponseHeaders.isReadable(contentType)).isEqualTo(expected);
    }

    @Test
    void namesOfDroppedFieldsAreTheClientsAndHarmNoHeader() {
        List<String> lost = List.of("messages[0].a\r\nset-cookie: x", "温", "a,b%");

        assertThat(ResponseHeaders.forClient(MultiMap.caseInsensitiveMultiMap(), KEY, null, lost))
                .containsEntry("x-sluice-dropped", "messages[0].a%0D%0Aset-cookie: x, %E6%B8%A9, a%2Cb%25");
    }

    @Test
    void listOfDroppedFieldsIsBounded() {
        List<String> lost =
                IntStream.range(0, 1_000).mapToObj(i -> "field-" + i).toList();

        String list = ResponseHeaders.forClient(MultiMap.caseInsensitiveMultiMap(), KEY, null, lost)
                .get("x-sluice-dropped");

        assertThat(list).hasSizeLessThan(2_100).startsWith("field-0, field-1, ").matches(".*, and [0-9]+ more");
    }
}
