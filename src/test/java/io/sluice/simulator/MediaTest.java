package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Images, sound, moderations, rerank. */
@ExtendWith(VertxExtension.class)
class MediaTest {
    private static SimulatorClient client;

    @BeforeAll
    static void start(Vertx vertx) throws Exception {
        client = new SimulatorClient(
                vertx, await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port());
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0}");
    }

    private static Reply post(String uri, String body) throws Exception {
        return client.post("k", uri, body.replace('\'', '"'));
    }

    private static Reply form(String uri, int fileBytes, String... fields) throws Exception {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            body.append("--xx\r\nContent-Disposition: form-data; name=\"" + fields[i] + "\"\r\n\r\n" + fields[i + 1]
                    + "\r\n");
        }
        if (fileBytes > 0) {
            body.append("--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n"
                    + "Content-Type: audio/mpeg\r\n\r\n" + "x".repeat(fileBytes) + "\r\n");
        }
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("authorization", "Bearer k")
                .add("content-type", "multipart/form-data; boundary=xx");
        return await(client.send(HttpMethod.POST, uri, headers, body + "--xx--\r\n"));
    }

    @Test
    void countsTheBytesOfARecording() throws Exception {
        String uri = "/v1/audio/transcriptions";

        JsonNode json = form(uri, 1_000_000, "model", "gpt-4o-transcribe").json();
        Reply text = form(uri, 10, "model", "whisper-1", "response_format", "text");
        Reply stream = form(uri, 10, "model", "gpt-4o-transcribe", "stream", "true");
        Reply none = form(uri, 0, "model", "whisper-1");
        Reply tooLarge = form(uri, 25 * 1024 * 1024 + 1, "model", "whisper-1");
        Reply noForm = post(uri, "{}");
        Reply broken = await(client.send(
                HttpMethod.POST,
                uri,
                MultiMap.caseInsensitiveMultiMap()
                        .add("authorization", "Bearer k")
                        .add("content-type", "multipart/form-data; boundary=xx"),
                "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n"
                        + "Content-Type: text/plain; charset=none\r\n\r\nx\r\n--xx--\r\n"));

        assertThat(json.path("text").asText()).isEqualTo("Transcript of 1000000 bytes.");
        assertThat(json.path("usage").path("type").asText()).isEqualTo("tokens");
        assertThat(text.headers().get("content-type")).startsWith("text/plain");
        assertThat(text.body()).isEqualTo("Transcript of 10 bytes.\n");
        assertThat(stream.body()).contains("event: transcript.text.delta", "event: transcript.text.done");
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.json().path("error").path("param").asText()).isEqualTo("file");
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(noForm.status()).isEqualTo(415);
        assertThat(broken.status()).isEqualTo(400);
    }

    @Test
    void speaksInBytesAndInEvents() throws Exception {
        String body = "{'model':'tts-1','input':'hello','voice':'alloy'";

        Reply mp3 = post("/v1/audio/speech", body + "}");
        Reply events = post("/v1/audio/speech", body + ",'stream_format':'sse'}");
        Reply fast = post("/v1/audio/speech", body + ",'speed':9}");
        Reply silent = post("/v1/audio/speech", "{'model':'tts-1','input':'','voice':'alloy'}");

        assertThat(mp3.headers().get("content-type")).isEqualTo("audio/mpeg");
        assertThat(mp3.body().length()).isGreaterThan(1_000);
        assertThat(events.body()).contains("event: speech.audio.delta", "event: speech.audio.done", "total_tokens");
        assertThat(fast.status()).isEqualTo(400);
        assertThat(silent.status()).isEqualTo(400);
    }

    @Test
    void drawsImages() throws Exception {
        Reply url = post("/v1/images/generations", "{'model':'dall-e-2','prompt':'a cat','n':2}");
        Reply stream =
                post("/v1/images/generations", "{'model':'gpt-image-1','prompt':'a','stream':true,'partial_images':1}");
        Reply wrong = post("/v1/images/generations", "{'model':'gpt-image-1','prompt':'a','response_format':'url'}");
        Reply noPrompt = post("/v1/images/generations", "{'model':'gpt-image-1'}");

        assertThat(url.json().path("data").size()).isEqualTo(2);
        assertThat(url.json().path("data").path(0).path("url").asText()).startsWith("https://");
        assertThat(stream.body())
                .contains("event: image_generation.partial_image", "event: image_generation.completed", "usage");
        assertThat(wrong.json().path("error").path("code").asText()).isEqualTo("unknown_parameter");
        assertThat(noPrompt.json().path("error").path("param").asText()).isEqualTo("prompt");
    }

    @Test
    void moderatesAndRanks() throws Exception {
        JsonNode results = post("/v1/moderations", "{'input':['kind words','violence!']}")
                .json()
                .path("results");
        JsonNode ranked = post(
                        "/v1/rerank",
                        "{'model':'r','query':'cold day','documents':['warm','a cold day'],'top_n':1,'return_documents':true}")
                .json();
        Reply empty = post("/v1/rerank", "{'model':'r','query':'q','documents':[]}");

        assertThat(results.path(0).path("flagged").asBoolean()).isFalse();
        assertThat(results.path(1).path("categories").path("violence").asBoolean())
                .isTrue();
        assertThat(ranked.path("results").size()).isEqualTo(1);
        assertThat(ranked.path("results").path(0).path("index").asInt()).isEqualTo(1);
        assertThat(ranked.path("results").path(0).path("document").path("text").asText())
                .isEqualTo("a cold day");
        assertThat(empty.status()).isEqualTo(400);
    }
}
