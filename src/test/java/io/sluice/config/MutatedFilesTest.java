package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigFiles.Content;
import io.sluice.domain.pool.GatewayRevision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/** Files that were damaged anywhere are read or refused, never half of each. */
class MutatedFilesTest {
    private final Path dir = TestFiles.everyOption();
    private final byte[] good;

    MutatedFilesTest() throws IOException {
        good = Files.readAllBytes(dir.resolve("gateway.yaml"));
    }

    @Property(tries = 500)
    void areReadOrRefused(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int changes) {
        load(mutated(new Random(seed), changes));
    }

    @Property(tries = 100_000)
    @Tag("proof")
    void areReadOrRefusedHoweverOften(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int changes) {
        load(mutated(new Random(seed), changes));
    }

    @Property(tries = 300)
    void areReadOrRefusedWhenCut(@ForAll @IntRange(min = 0, max = 4000) int length) {
        load(new String(good, 0, Math.min(length, good.length), StandardCharsets.ISO_8859_1));
    }

    private String mutated(Random random, int changes) {
        StringBuilder text = new StringBuilder(new String(good, StandardCharsets.UTF_8));
        String alphabet = "\n \t:-[]{},'\"#&*!|>%@~0_a.${}\0\u00e9";
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length());
            char c = alphabet.charAt(random.nextInt(alphabet.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                default -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
            }
        }
        return text.toString();
    }

    private void load(String text) {
        TreeMap<String, Content> files = new TreeMap<>();
        files.put("gateway.yaml", Content.of(text));
        ReferenceSource source = ReferenceSource.of(dir, name -> "value-of-" + name);

        Loaded<GatewayRevision> loaded =
                ConfigLoader.loadGateway(new ConfigFiles(files), new Reading(source), null, List.of());

        assertThat(loaded.value() == null).isEqualTo(!loaded.errors().isEmpty());
        if (loaded.value() != null) {
            EffectiveConfig.render(loaded.value());
        }
    }
}
