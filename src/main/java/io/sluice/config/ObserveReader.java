package io.sluice.config;

import io.sluice.domain.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@code node.yaml} says of metrics, traces and logs. */
final class ObserveReader {
    private static final int MOST_MODELS = 10_000;
    private static final int MOST = 100_000;

    private ObserveReader() {}

    static ObserveConfig read(Section file) {
        return new ObserveConfig(
                metrics(file.section("metrics")),
                accessLog(file.section("access-log")),
                tracing(file.section("tracing")));
    }

    private static @Nullable TracingConfig tracing(Section tracing) {
        String endpoint = tracing.text("endpoint", "URL", "required", ObserveReader::endpoint);
        if (tracing.isPresent() && !tracing.has("endpoint")) {
            tracing.error("endpoint", "is missing");
        }
        String sample = tracing.text("sample", "share", "0.1", ObserveReader::share);
        boolean propagate = tracing.flag("propagate", false);
        Duration delay = tracing.duration("delay", Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofMinutes(1));
        Map<String, Secret> headers = new LinkedHashMap<>();
        tracing.values("headers", "header", "secret", Section.NONE).forEach((name, value) -> {
            try {
                headers.put(Names.header(name), Secret.of(Names.headerValue(value.text())));
            } catch (IllegalArgumentException e) {
                tracing.findings().error(value.place(), String.valueOf(e.getMessage()));
            }
        });
        Map<String, String> attributes = new LinkedHashMap<>();
        tracing.values("attributes", "name", "text", Section.NONE)
                .forEach((name, value) -> attributes.put(name, value.text()));
        return !tracing.isPresent() || endpoint == null
                ? null
                : new TracingConfig(
                        endpoint,
                        headers,
                        Double.parseDouble(sample == null ? "0.1" : sample),
                        propagate,
                        delay,
                        attributes);
    }

    private static String endpoint(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is not a URL", e);
        }
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "is not the URL of a collector; write http://collector:4318/v1/traces, and secrets under headers");
        }
        return text;
    }

    private static String share(String text) {
        if (!text.matches("0|1|1\\.0+|0?\\.[0-9]{1,9}")) {
            throw new IllegalArgumentException("is not a share between 0 and 1, as 0.1");
        }
        return text;
    }

    private static AccessLogConfig accessLog(Section log) {
        AccessLogConfig standard = AccessLogConfig.DEFAULT;
        String path = log.text("path", "file", standard.path().toString(), ObserveReader::path);
        return new AccessLogConfig(
                log.word("to", standard.to()),
                path == null ? standard.path() : Path.of(path),
                log.size("max-size", standard.maxBytes(), 64L << 10, 64L << 30),
                log.duration("max-age", standard.maxAge(), Duration.ofMinutes(1), Duration.ofDays(366)),
                log.integer("keep", standard.keepFiles(), 0, 10_000),
                log.size("keep-size", standard.keepBytes(), 0, 1L << 40));
    }

    private static String path(String text) {
        try {
            return Path.of(text).toString();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path", e);
        }
    }

    private static MetricsConfig metrics(Section metrics) {
        MetricsConfig standard = MetricsConfig.DEFAULT;
        return new MetricsConfig(
                metrics.integer("models", standard.models(), 0, MOST_MODELS),
                metrics.integer("keys", standard.keys(), 0, MOST),
                metrics.integer("accounts", standard.accounts(), 0, MOST),
                metrics.integer("limits", standard.limits(), 0, MOST),
                metrics.flag("histograms", standard.histograms()));
    }
}
