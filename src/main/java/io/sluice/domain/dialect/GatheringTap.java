package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Taps an answer that is one object by gathering it, 64 MiB at most, and writing another in its place. */
public final class GatheringTap implements ResponseTap {
    private static final int MOST_BYTES = 64 * 1024 * 1024;
    private static final byte[] NOTHING = new byte[0];

    private final Function<byte[], UpstreamFailure> errors;
    private final Function<ObjectNode, @Nullable Written> writer;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private byte[] last = NOTHING;
    private boolean complete;
    private @Nullable TokenUsage usage;
    private @Nullable UpstreamFailure error;

    /**
     * What goes to the client.
     *
     * @param json the answer
     * @param usage what the provider counted; null when it did not say
     */
    public record Written(byte[] json, @Nullable TokenUsage usage) {}

    /**
     * A tap for one answer.
     *
     * @param errors reads an answer that has a member {@code error}
     * @param writer writes the client's answer; null when the provider's is none
     */
    public GatheringTap(Function<byte[], UpstreamFailure> errors, Function<ObjectNode, @Nullable Written> writer) {
        this.errors = errors;
        this.writer = writer;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        if (error != null) {
            return;
        }
        if (gathered.size() + chunk.length > MOST_BYTES) {
            error = UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is too long.");
            gathered.reset();
        } else {
            gathered.writeBytes(chunk);
        }
    }

    @Override
    public void end(Sink out) {
        if (error != null) {
            return;
        }
        byte[] text = gathered.toByteArray();
        if (!(Json.read(text, 0, text.length) instanceof ObjectNode answer)) {
            error = UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is not JSON.");
        } else if (answer.hasNonNull("error")) {
            error = errors.apply(text);
        } else {
            Written written = writer.apply(answer);
            if (written == null) {
                error = UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer holds no result.");
            } else {
                last = written.json();
                usage = written.usage();
                complete = true;
            }
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
        return usage;
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
