package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code config/README.md} says of every option what the readers do, and of nothing else. */
class ConfigReferenceTest {
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|.*");

    private static List<Option> node;
    private static List<Option> gateway;
    private static List<Row> rows;

    /** An option as the page has it, and whether it is reloaded. */
    private record Row(Option option, String reload) {}

    @BeforeAll
    static void readsFilesThatSetEveryOption() throws IOException {
        Path dir = TestFiles.everyOption();
        ReferenceSource source = ReferenceSource.of(dir, name -> "value-of-" + name);
        Reading ofNode = new Reading(source);
        Reading ofGateway = new Reading(source);
        Loaded<NodeConfig> loaded = ConfigLoader.loadNode(ConfigFiles.read(dir), ofNode, NodeOverrides.NONE);
        assertThat(loaded.errors()).isEmpty();
        assertThat(ConfigLoader.loadGateway(ConfigFiles.read(dir), ofGateway, loaded.value(), List.of())
                        .errors())
                .isEmpty();
        node = List.copyOf(ofNode.options().values());
        gateway = List.copyOf(ofGateway.options().values());
        rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("config/README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Option option = new Option(
                        row.group(1),
                        row.group(2).strip(),
                        row.group(3).strip(),
                        row.group(4).strip());
                rows.add(new Row(option, row.group(5).strip()));
            }
        }
    }

    @Test
    void describesEveryOptionOnceAsItIsRead() {
        List<Option> known = new ArrayList<>(node);
        known.addAll(gateway);

        assertThat(rows).extracting(Row::option).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void saysWhatIsReloaded() {
        Map<Boolean, List<Row>> reloaded =
                rows.stream().collect(Collectors.partitioningBy(row -> gateway.contains(row.option())));

        assertThat(reloaded.get(true)).extracting(Row::reload).containsOnly("yes");
        assertThat(reloaded.get(false)).extracting(Row::reload).containsOnly("restart");
    }
}
