package io.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/** Reads what {@code node.yaml} says of metrics, traces and logs. */
final class ObserveReader {
    private static final int MOST_MODELS = 10_000;
    private static final int MOST = 100_000;

    private ObserveReader() {}

    static ObserveConfig read(Section file) {
        return new ObserveConfig(metrics(file.section("metrics")), accessLog(file.section("access-log")));
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
