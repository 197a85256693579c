package io.sluice.notify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.Telling;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * A webhook: one connection a message, host names and certificates verified, no redirect followed, at most {@value
 * #MOST_ANSWER} bytes of the answer read.
 */
final class HookSink implements Sink {
    private static final int MOST_ANSWER = 16 * 1024;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final HookUrl url;
    private final HookForm form;
    private final long timeoutMillis;
    private final InstantSource clock;
    private final HttpClientAgent client;

    private record Answer(int status, String retryAfter, byte[] body) {}

    /**
     * Connects nowhere yet.
     *
     * @param sink what it is
     * @param url where
     * @param form what is posted
     * @param clock for signatures
     */
    HookSink(Vertx vertx, NoticeSink sink, HookUrl url, HookForm form, InstantSource clock) {
        this.url = url;
        this.form = form;
        this.timeoutMillis = sink.timeout().toMillis();
        this.clock = clock;
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(url.tls())
                .setTrustAll(false)
                .setVerifyHost(true)
                .setConnectTimeout(Math.toIntExact(timeoutMillis))
                .setKeepAlive(false)
                .setPipelining(false)
                .setDecompressionSupported(false)
                .setMaxRedirects(0);
        this.client = vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(2).setMaxWaitQueueSize(2))
                .withConnectHandler(connection -> connection.exceptionHandler(cause -> {}))
                .build();
    }

    @Override
    public Future<Void> deliver(Telling telling) {
        HookForm.Post post = form.post(telling, clock.millis());
        RequestOptions target = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(url.host())
                .setPort(url.port())
                .setSsl(url.tls())
                .setFollowRedirects(false)
                .setURI(post.target());
        return client.request(target)
                .compose(request -> send(request, post)
                        .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                        .onFailure(cause -> request.reset()))
                .timeout(2 * timeoutMillis, TimeUnit.MILLISECONDS)
                .compose(this::judge)
                .recover(cause -> Future.failedFuture(cause instanceof Undelivered ? cause : unreached(cause)));
    }

    private static Future<Answer> send(HttpClientRequest request, HookForm.Post post) {
        request.exceptionHandler(cause -> {});
        post.headers().forEach(request::putHeader);
        return request.putHeader("content-type", "application/json; charset=utf-8")
                .putHeader("user-agent", "sluice")
                .send(Buffer.buffer(post.body()))
                .compose(HookSink::collect);
    }

    private static Future<Answer> collect(HttpClientResponse response) {
        Promise<Answer> whole = Promise.promise();
        Buffer text = Buffer.buffer();
        response.handler(piece -> {
            text.appendBuffer(piece, 0, Math.min(piece.length(), MOST_ANSWER - text.length()));
            if (text.length() >= MOST_ANSWER && whole.tryComplete(answer(response, text))) {
                // The rest says nothing that the status does not.
                response.request().reset();
            }
        });
        response.endHandler(v -> whole.tryComplete(answer(response, text)));
        response.exceptionHandler(whole::tryFail);
        return whole.future();
    }

    private static Answer answer(HttpClientResponse response, Buffer text) {
        String retryAfter = response.getHeader("retry-after");
        return new Answer(response.statusCode(), retryAfter == null ? "" : retryAfter, text.getBytes());
    }

    private Future<Void> judge(Answer answer) {
        int status = answer.status;
        if (status >= 200 && status < 300) {
            Undelivered refusal = form.refusal(JsonBody.read(answer.body));
            return refusal == null ? Future.succeededFuture() : Future.failedFuture(refusal);
        }
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            return Future.failedFuture(Undelivered.notBefore(retryAfter(answer.retryAfter), "status " + status));
        }
        return Future.failedFuture(Undelivered.forGood(
                status < 400
                        ? "status " + status + ": redirects are not followed"
                        : "status " + status + said(answer.body)));
    }

    /** Seconds only: a pause is bounded anyway. */
    private static Duration retryAfter(String value) {
        if (!value.matches("[0-9]{1,6}")) {
            return Duration.ZERO;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(value));
        return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    }

    /** Short words, such as Slack's {@code invalid_token}; a page says nothing that would help. */
    private static String said(byte[] body) {
        String text = new String(body, UTF_8).strip();
        return text.matches("[A-Za-z0-9 _.:,'-]{1,100}") ? ", " + text : "";
    }

    /** Without the address, which is a secret. */
    private static Undelivered unreached(Throwable cause) {
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            if (reason instanceof SSLException) {
                return Undelivered.forNow("the TLS handshake failed; look at the certificate");
            }
            if (reason instanceof UnknownHostException) {
                return Undelivered.forNow("its host name has no address");
            }
            if (reason instanceof ConnectException) {
                return Undelivered.forNow("it cannot be connected");
            }
            if (reason instanceof TimeoutException) {
                return Undelivered.forNow("it did not answer in time");
            }
        }
        return Undelivered.forNow("the connection broke");
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }
}
