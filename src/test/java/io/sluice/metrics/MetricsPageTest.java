package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.metrics.Families.Family;
import io.sluice.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} says of every metric what the scrape says, and of no other. */
class MetricsPageTest {
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\|");

    private static List<String> rows() throws IOException {
        return Files.readAllLines(Path.of("docs/metrics.md")).stream()
                .filter(line -> ROW.matcher(line).matches())
                .toList();
    }

    private static String row(String name, Family family) {
        String labels = family.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
        return "| `" + name + "` | " + family.kind() + " | " + (labels.isEmpty() ? "–" : labels) + " | " + family.help()
                + " |";
    }

    @Test
    void tellsOfEveryMetricOfTheGateway() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        EveryMeter.in(registry);

        List<String> expected = Families.of(registry.scrape()).entrySet().stream()
                .map(family -> row(family.getKey(), family.getValue()))
                .toList();

        assertThat(rows().stream().filter(row -> !row.startsWith("| `vertx_") && !isOfProcess(row)))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void tellsOfTheProcessAndThePoolsWhatThereIs() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RuntimeMetrics.ofProcess(registry);
        Vertx vertx = VertxMeters.builder(new VertxOptions(), registry).build();
        try {
            vertx.executeBlocking(() -> 1)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            System.gc();
            Await.until(() -> registry.find("jvm.gc.pause").timer() != null);
            Map<String, Family> known = Families.of(registry.scrape());

            for (String row : rows().stream()
                    .filter(row -> row.startsWith("| `vertx_") || isOfProcess(row))
                    .toList()) {
                Matcher parts = ROW.matcher(row);
                assertThat(parts.matches()).isTrue();
                assertThat(known).containsKey(parts.group(1));
                assertThat(row)
                        .startsWith(
                                row(parts.group(1), known.get(parts.group(1))).replaceAll(" \\| [^|]* \\|$", ""));
            }
            assertThat(known.keySet().stream().filter(name -> name.startsWith("vertx_")))
                    .allSatisfy(name -> assertThat(rows()).anyMatch(row -> row.contains("`" + name + "`")));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void everyHelpTextIsOfAMeter() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        EveryMeter.in(registry);

        assertThat(registry.getMeters().stream().map(meter -> meter.getId().getName()))
                .containsAll(MeterHelp.texts().keySet());
    }

    private static boolean isOfProcess(String row) {
        return row.startsWith("| `jvm_") || row.startsWith("| `process_") || row.startsWith("| `system_");
    }
}
