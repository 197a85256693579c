package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.metrics.Families.Family;
import io.sluice.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The dashboards and rules beside the cluster samples: they parse, and ask only for what there is. */
class DashboardsTest {
    private static final Path DIR = Path.of("cluster/observe");
    private static final Pattern METRIC = Pattern.compile("\\b(?:sluice|gen_ai|vertx|jvm|process|system)_[a-z0-9_]+");
    private static final Pattern SELECTED = Pattern.compile("(\\w+)\\{([^}]*)\\}");
    private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");

    /** Labels that the scrape adds. */
    private static final Set<String> OF_SCRAPE = Set.of("job", "instance");

    private static final Map<String, Family> BY_SAMPLE = new HashMap<>();
    private static final Set<String> LABELS = new HashSet<>();

    @BeforeAll
    static void hasEveryMetric() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        EveryMeter.in(registry);
        RuntimeMetrics.ofProcess(registry);
        Vertx vertx = VertxMeters.builder(new VertxOptions(), registry).build();
        vertx.executeBlocking(() -> 1).toCompletionStage().toCompletableFuture().get();
        System.gc();
        Await.until(() -> registry.find("jvm.gc.pause").timer() != null);
        Families.of(registry.scrape()).values().forEach(family -> {
            family.samples().forEach(sample -> BY_SAMPLE.put(sample, family));
            LABELS.addAll(family.labels());
        });
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> all = Files.list(DIR)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static void asksForWhatThereIs(String query) {
        Matcher metric = METRIC.matcher(query.replaceAll("\"[^\"]*\"", "\"\""));
        int found = 0;
        while (metric.find()) {
            if (!LABELS.contains(metric.group())) {
                found++;
                assertThat(BY_SAMPLE.keySet()).as(query).contains(metric.group());
            }
        }
        assertThat(found).as(query).isPositive();
        Matcher selected = SELECTED.matcher(query);
        while (selected.find()) {
            Family family = BY_SAMPLE.get(selected.group(1));
            Matcher label = SELECTOR.matcher(selected.group(2));
            while (label.find()) {
                assertThat(OF_SCRAPE.contains(label.group(1)) || family.labels().contains(label.group(1)))
                        .as("%s of %s", label.group(1), query)
                        .isTrue();
            }
        }
    }

    @Test
    void everyQueryOfADashboardNamesAMetricThatExists() throws IOException {
        List<Path> dashboards = files(".json");
        assertThat(dashboards).hasSize(3);

        for (Path file : dashboards) {
            JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
            assertThat(dashboard.path("uid").asText()).startsWith("sluice-");
            assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
            List<String> queries = new ArrayList<>();
            Set<Integer> ids = new HashSet<>();
            for (JsonNode panel : dashboard.path("panels")) {
                assertThat(ids.add(panel.path("id").asInt())).isTrue();
                panel.path("targets").forEach(target -> {
                    assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                    queries.add(target.path("expr").asText());
                });
            }
            dashboard.at("/templating/list").forEach(variable -> {
                if (variable.path("type").asText().equals("query")) {
                    queries.add(variable.path("definition").asText());
                }
            });
            assertThat(queries).hasSizeGreaterThan(10).allSatisfy(DashboardsTest::asksForWhatThereIs);
        }
    }

    @Test
    void everyRuleNamesAMetricThatExistsAndSaysWhatToDo() throws IOException {
        Map<String, List<Map<String, Object>>> rules = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(DIR.resolve("prometheus-rules.yaml")));

        List<Map<?, ?>> all = new ArrayList<>();
        rules.get("groups").forEach(group -> ((List<?>) group.get("rules")).forEach(rule -> all.add((Map<?, ?>) rule)));

        assertThat(all).hasSizeGreaterThan(20).allSatisfy(rule -> {
            asksForWhatThereIs((String) rule.get("expr"));
            if (rule.containsKey("alert")) {
                Map<?, ?> notes = (Map<?, ?>) rule.get("annotations");
                assertThat((String) notes.get("summary")).isNotBlank();
                assertThat((String) notes.get("description")).isNotBlank();
                assertThat(((Map<?, ?>) rule.get("labels")).get("severity")).isIn("info", "warning", "critical");
            }
        });
    }

    @Test
    void whatTheProductionChecklistWantsHasAnAlarm() throws IOException {
        String rules = Files.readString(DIR.resolve("prometheus-rules.yaml"));

        assertThat(rules)
                .contains(
                        "SluiceJournalOld",
                        "SluiceFactsUnsent",
                        "SluiceOvershoot",
                        "SluiceRevisionDrift",
                        "SluiceMinority",
                        "SluiceClockStep",
                        "SluiceUsageLost",
                        "SluiceFsyncFailed");
    }
}
