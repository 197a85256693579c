package io.sluice.simulator;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The headers that OpenAI and Azure put on their answers. */
final class ResponseHeaders {
    static final CharSequence CONTENT_LENGTH = HttpHeaders.CONTENT_LENGTH;
    static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    static final CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream; charset=utf-8");

    static final CharSequence PLAIN_EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream");

    static final CharSequence AWS_EVENT_STREAM = HttpHeaders.createOptimized("application/vnd.amazon.eventstream");
    static final CharSequence DASHSCOPE_EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream;charset=UTF-8");
    static final CharSequence JSON_UTF8 = HttpHeaders.createOptimized("application/json; charset=utf-8");
    static final CharSequence NDJSON = HttpHeaders.createOptimized("application/x-ndjson");

    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
    private static final CharSequence PROCESSING = HttpHeaders.createOptimized("openai-processing-ms");
    private static final CharSequence VERSION = HttpHeaders.createOptimized("openai-version");
    private static final CharSequence VERSION_DATE = HttpHeaders.createOptimized("2020-10-01");
    private static final CharSequence ORGANIZATION = HttpHeaders.createOptimized("openai-organization");
    private static final CharSequence ORGANIZATION_NAME = HttpHeaders.createOptimized("org-simulated");

    private ResponseHeaders() {}

    /** Puts the usual headers. */
    static void put(
            HttpServerResponse response,
            Route route,
            CharSequence contentType,
            long number,
            long millis,
            @Nullable RateHeaders limits) {
        String id = Long.toHexString(number);
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType).putHeader(REQUEST_ID, "req_" + id);
        if (route.dialect().azure()) {
            response.putHeader("apim-request-id", "apim-" + id).putHeader("x-ms-region", "Simulated");
        } else {
            response.putHeader(PROCESSING, Long.toString(millis))
                    .putHeader(VERSION, VERSION_DATE)
                    .putHeader(ORGANIZATION, ORGANIZATION_NAME);
        }
        if (limits != null) {
            String reset = route.dialect().azure()
                    ? Long.toString(Math.ceilDiv(limits.resetNanos(), 1_000_000_000L))
                    : duration(limits.resetNanos());
            if (limits.limits().requests() > 0) {
                put(response, "requests", limits.limits().requests(), limits.requestsLeft(), reset);
            }
            if (limits.limits().tokens() > 0) {
                put(response, "tokens", limits.limits().tokens(), limits.tokensLeft(), reset);
            }
        }
    }

    private static void put(HttpServerResponse response, String kind, long limit, long left, String reset) {
        response.putHeader("x-ratelimit-limit-" + kind, Long.toString(limit))
                .putHeader("x-ratelimit-remaining-" + kind, Long.toString(left))
                .putHeader("x-ratelimit-reset-" + kind, reset);
    }

    /** A duration as OpenAI writes it: {@code 17ms}, {@code 8.64s}, {@code 1m30s}. */
    static String duration(long nanos) {
        long millis = Math.ceilDiv(Math.max(0, nanos), 1_000_000L);
        if (millis < 1_000) {
            return millis + "ms";
        }
        long minutes = millis / 60_000;
        long rest = millis % 60_000;
        String seconds = rest % 1_000 == 0
                ? Long.toString(rest / 1_000)
                : String.format(Locale.ROOT, "%.3f", rest / 1e3).replaceAll("0+$", "");
        return (minutes == 0 ? "" : minutes + "m") + seconds + "s";
    }
}
