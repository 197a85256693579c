package io.sluice.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Chat requests of a wanted size. */
final class ChatBodies {
    private static final String ENGLISH = "The quick brown fox jumps over the lazy dog, and 42 hunters follow.\\n";
    private static final String CHINESE = "今天天气很好，我们去公园散步吧。";

    private ChatBodies() {}

    /**
     * A streamed request.
     *
     * @param bytes about how long it is
     * @param chinese whether its text is Chinese
     */
    static byte[] of(int bytes, boolean chinese) {
        String sentence = chinese ? CHINESE : ENGLISH;
        int sentences = Math.max(1, bytes / sentence.getBytes(UTF_8).length);
        String body = "{\"model\":\"gpt-4o\",\"temperature\":0.7,\"stream\":true,\"messages\":["
                + "{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"},{\"role\":\"user\",\"content\":\""
                + sentence.repeat(sentences) + "\"}]}";
        return body.getBytes(UTF_8);
    }
}
