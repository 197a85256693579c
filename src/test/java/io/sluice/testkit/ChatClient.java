package io.sluice.testkit;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A plain HTTP client that chats. */
public final class ChatClient {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String baseUrl;
    private final String key;

    /**
     * A client of one key.
     *
     * @param baseUrl ends in {@code /v1}
     * @param key virtual key
     */
    public ChatClient(String baseUrl, String key) {
        this.baseUrl = baseUrl;
        this.key = key;
    }

    /** Sends a chat and reads the whole answer. */
    public HttpResponse<String> chat(String model, int maxTokens) throws Exception {
        return client.send(request(model, maxTokens, false), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends a streamed chat; returns at the answer's head. */
    public HttpResponse<InputStream> stream(String model, int maxTokens) throws Exception {
        return client.send(request(model, maxTokens, true), HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest request(String model, int maxTokens, boolean stream) {
        String body = "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"max_tokens\":" + maxTokens
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello\"}]}";
        return HttpRequest.newBuilder(URI.create(baseUrl + "/chat/completions"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
