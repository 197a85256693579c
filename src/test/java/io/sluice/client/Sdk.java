package io.sluice.client;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;

/** What an application does with a provider's own client library. Each method is one question about a model. */
interface Sdk extends AutoCloseable {
    /** A picture of one pixel. */
    String PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    String TOOL = "get_weather";
    String TOOL_QUESTION = "Use get_weather: how is the weather in Paris?";
    String TOOL_RESULT = "19 degrees, sunny";

    /**
     * What came back.
     *
     * @param text the words
     * @param outputTokens tokens of the answer, as the library tells them
     * @param pieces in how many pieces the words came
     */
    record Said(String text, long outputTokens, int pieces) {}

    /**
     * A call, as the library gives it to the application.
     *
     * @param name of the tool
     * @param arguments as JSON
     */
    record Called(String name, String arguments) {}

    /**
     * A call and what the model says to its result.
     *
     * @param call what was called
     * @param said the answer to the result
     */
    record Used(Called call, Said said) {}

    /** The form of an answer, as an application declares it. */
    final class Verdict {
        public String answer;
    }

    /** A whole answer. */
    Said ask(String model);

    /** A stream. */
    Said stream(String model);

    /**
     * Offers a tool, calls it, gives its result back.
     *
     * @param forced whether it must be called
     * @param streamed whether the call comes as a stream
     */
    Used useTool(String model, boolean forced, boolean streamed);

    /** Shows {@link #PNG}. */
    Said look(String model);

    /** Asks for the form {@link Verdict}; its answer. */
    String fill(String model);

    @Override
    void close();

    /** OpenAI's client, for both of its dialects. */
    static OpenAIClient openAi(String base, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(base + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }
}
