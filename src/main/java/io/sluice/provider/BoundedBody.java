package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;

/** Gathers short answers. */
final class BoundedBody {
    private BoundedBody() {}

    /**
     * The whole body of an answer.
     *
     * @param most bytes; a body that reaches it is reset
     * @param tooMuch what is said then
     * @return fails with a {@link GatewayException} when it is too long, else with what broke the connection
     */
    static Future<byte[]> of(HttpClientResponse response, int most, String tooMuch) {
        Promise<byte[]> whole = Promise.promise();
        Buffer text = Buffer.buffer();
        response.handler(piece -> {
            text.appendBuffer(piece, 0, Math.min(piece.length(), most - text.length()));
            if (text.length() >= most
                    && whole.tryFail(new GatewayException(UpstreamFailure.of(Kind.BAD_RESPONSE, tooMuch)))) {
                response.request().reset();
            }
        });
        response.endHandler(v -> whole.tryComplete(text.getBytes()));
        response.exceptionHandler(whole::tryFail);
        return whole.future();
    }
}
