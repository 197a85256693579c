package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer of {@code /api/embed} and writes it as OpenAI does. Gathers the answer, {@value #MOST_BYTES} bytes at
 * most, and goes over it once. Used by one thread.
 */
public final class OllamaEmbeddingTap implements ResponseTap {
    private static final int MOST_BYTES = 64 * 1024 * 1024;
    private static final int MOST_DIMENSIONS = 1024 * 1024;
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final String model;
    private final boolean base64;
    private ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private byte[] last = new byte[0];
    private long inputTokens = -1;
    private boolean complete;
    private @Nullable UpstreamFailure error;

    /**
     * A tap for one answer.
     *
     * @param model the name that the client may know
     * @param base64 whether vectors are written as 32-bit floats, little-endian, in base64
     */
    public OllamaEmbeddingTap(String model, boolean base64) {
        this.model = model;
        this.base64 = base64;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        if (error != null || complete) {
            return;
        }
        if (gathered.size() + chunk.length > MOST_BYTES) {
            gathered = new ByteArrayOutputStream();
            error = OllamaFaults.malformed("The provider's answer is longer than the gateway allows.");
            return;
        }
        gathered.write(chunk, 0, chunk.length);
    }

    @Override
    public void end(Sink out) {
        byte[] answer = gathered.toByteArray();
        gathered = new ByteArrayOutputStream();
        if (error != null || complete || answer.length == 0) {
            return;
        }
        try {
            byte[] written = translate(answer);
            if (written != null) {
                int split = written.length - 1;
                out.write(Arrays.copyOf(written, split));
                last = Arrays.copyOfRange(written, split, written.length);
                complete = true;
            } else if (error == null) {
                error = OllamaFaults.malformed("The provider's answer holds no embeddings.");
            }
        } catch (IOException e) {
            error = OllamaFaults.malformed("The provider's answer is not the JSON of embeddings.");
        }
    }

    private byte @Nullable [] translate(byte[] answer) throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream(answer.length + 256);
        boolean found = false;
        try (JsonParser parser = JSON.createParser(answer);
                JsonGenerator generator = JSON.createGenerator(written)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            generator.writeStartObject();
            generator.writeStringField("object", "list");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("error") && value != JsonToken.VALUE_NULL) {
                    error = OllamaFaults.inAnswer(value == JsonToken.VALUE_STRING ? parser.getText() : "");
                    generator.writeEndObject();
                    return null;
                }
                if (name.equals("embeddings") && value == JsonToken.START_ARRAY && !found) {
                    found = true;
                    vectors(parser, generator);
                } else if (name.equals("prompt_eval_count") && value == JsonToken.VALUE_NUMBER_INT) {
                    inputTokens = tokens(parser);
                } else {
                    parser.skipChildren();
                }
            }
            generator.writeStringField("model", model);
            generator.writeObjectFieldStart("usage");
            generator.writeNumberField("prompt_tokens", Math.max(0, inputTokens));
            generator.writeNumberField("total_tokens", Math.max(0, inputTokens));
            generator.writeEndObject();
            generator.writeEndObject();
        }
        return found ? written.toByteArray() : null;
    }

    private static long tokens(JsonParser parser) throws IOException {
        JsonParser.NumberType type = parser.getNumberType();
        boolean fits = type == JsonParser.NumberType.INT || type == JsonParser.NumberType.LONG;
        return fits ? Math.clamp(parser.getLongValue(), 0, TokenUsage.MAX) : TokenUsage.MAX;
    }

    private void vectors(JsonParser parser, JsonGenerator generator) throws IOException {
        generator.writeArrayFieldStart("data");
        for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new IOException("no vector");
            }
            generator.writeStartObject();
            generator.writeStringField("object", "embedding");
            generator.writeNumberField("index", index);
            generator.writeFieldName("embedding");
            if (base64) {
                generator.writeString(packed(parser));
            } else {
                numbers(parser, generator);
            }
            generator.writeEndObject();
        }
        generator.writeEndArray();
    }

    /** Numbers go as they came, with all their digits. */
    private static void numbers(JsonParser parser, JsonGenerator generator) throws IOException {
        generator.writeStartArray();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            checkNumber(parser);
            generator.writeNumber(parser.getText());
        }
        generator.writeEndArray();
    }

    private static String packed(JsonParser parser) throws IOException {
        ByteBuffer floats = ByteBuffer.allocate(4 * 1024).order(ByteOrder.LITTLE_ENDIAN);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            checkNumber(parser);
            if (!floats.hasRemaining()) {
                if (floats.capacity() >= 4 * MOST_DIMENSIONS) {
                    throw new IOException("too many dimensions");
                }
                floats = ByteBuffer.allocate(floats.capacity() * 2)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(floats.flip());
            }
            floats.putFloat((float) parser.getDoubleValue());
        }
        return Base64.getEncoder().encodeToString(Arrays.copyOf(floats.array(), floats.position()));
    }

    private static void checkNumber(JsonParser parser) throws IOException {
        if (!parser.currentToken().isNumeric()) {
            throw new IOException("no number");
        }
    }

    @Override
    public byte[] last() {
        return last;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return complete && inputTokens >= 0 ? new TokenUsage(inputTokens, 0, 0, 0) : null;
    }

    @Override
    public long estimatedOutputTokens() {
        return 0;
    }

    @Override
    public boolean sawContent() {
        return complete;
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error;
    }
}
