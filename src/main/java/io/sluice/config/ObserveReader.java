package io.sluice.config;

/** Reads what {@code node.yaml} says of metrics, traces and logs. */
final class ObserveReader {
    private static final int MOST_MODELS = 10_000;
    private static final int MOST = 100_000;

    private ObserveReader() {}

    static ObserveConfig read(Section file) {
        return new ObserveConfig(metrics(file.section("metrics")));
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
