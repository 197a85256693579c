package io.sluice.domain.dialect.responses;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;

/**
 * Requests that pass to OpenAI in its own dialect, after another provider has answered earlier turns: OpenAI refuses what
 * it did not seal itself, so the reasoning of others is taken out.
 */
public final class PassedReasoning {
    private static final byte[] MARK = ("\"" + SealedThinking.MARK).getBytes(US_ASCII);

    private PassedReasoning() {}

    /**
     * The request without other providers' reasoning items.
     *
     * @param body a request, JSON
     * @return the same array when there are none
     */
    public static byte[] ofOpenAi(byte[] body) {
        if (!isMarked(body)
                || !(Json.read(body, 0, body.length) instanceof ObjectNode request)
                || !(request.get("input") instanceof ArrayNode input)) {
            return body;
        }
        boolean found = false;
        for (int i = input.size() - 1; i >= 0; i--) {
            var sealed = input.path(i).path("encrypted_content");
            if (sealed.isTextual() && sealed.textValue().startsWith(SealedThinking.MARK)) {
                input.remove(i);
                found = true;
            }
        }
        return found ? Json.write(request) : body;
    }

    private static boolean isMarked(byte[] body) {
        int last = body.length - MARK.length;
        for (int i = 0; i <= last; i++) {
            if (body[i] == MARK[0] && body[i + 1] == MARK[1] && isMark(body, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMark(byte[] body, int at) {
        for (int i = 2; i < MARK.length; i++) {
            if (body[at + i] != MARK[i]) {
                return false;
            }
        }
        return true;
    }
}
