package io.sluice.admin.ui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The console's own files keep the rules of {@code docs/console.md}. */
class ConsoleFilesTest {
    private static final Path UI = Path.of("src/main/resources/ui");
    private static final Pattern BLOCK =
            Pattern.compile("^  (en|zh): \\{$(.*?)^  }", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern ENTRY = Pattern.compile("^ {4}'([^']+)':", Pattern.MULTILINE);
    private static final Pattern USED = Pattern.compile("\\bt\\('([^']+)'[,)]");
    private static final Pattern IMPORT = Pattern.compile("(?:from|import)\\s*\\(?\\s*'(\\.[^']+)'");
    private static final Pattern INLINE = Pattern.compile("(?<![-\\w])style=|\\son[a-z]+=|javascript:");

    /** Texts of a language that a template may not have: words of two letters or more between tags. */
    private static final Pattern TEXT = Pattern.compile(">\\s*[A-Za-z\\p{IsHan}]{2,}[^<>$`{}()=;]*<");

    private static Map<String, String> scripts() {
        try (Stream<Path> files = Files.walk(UI)) {
            Map<String, String> scripts = new TreeMap<>();
            files.filter(file -> file.toString().endsWith(".js"))
                    .forEach(file -> scripts.put(UI.relativize(file).toString().replace('\\', '/'), read(file)));
            return scripts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<String>> words() {
        Map<String, List<String>> words = new TreeMap<>(Map.of("en", new ArrayList<>(), "zh", new ArrayList<>()));
        scripts().forEach((name, text) -> {
            if (name.startsWith("words/")) {
                Matcher block = BLOCK.matcher(text);
                int blocks = 0;
                while (block.find()) {
                    blocks++;
                    Matcher entry = ENTRY.matcher(block.group(2));
                    while (entry.find()) {
                        words.get(block.group(1)).add(entry.group(1));
                    }
                }
                assertThat(blocks).as(name).isEqualTo(2);
            }
        });
        return words;
    }

    @Test
    void everyTextIsThereOnceInBothLanguages() {
        Map<String, List<String>> words = words();

        assertThat(words.get("en")).doesNotHaveDuplicates().isNotEmpty();
        assertThat(words.get("zh")).doesNotHaveDuplicates();
        assertThat(withoutOne(words.get("zh"))).containsExactlyInAnyOrderElementsOf(withoutOne(words.get("en")));
    }

    /** Chinese says the same of one as of many. */
    private static List<String> withoutOne(List<String> keys) {
        return keys.stream().filter(key -> !key.endsWith(".one")).toList();
    }

    @Test
    void everyKeyThatIsUsedExists() {
        Set<String> known = new LinkedHashSet<>(words().get("en"));

        scripts().forEach((name, text) -> assertThat(USED.matcher(text)
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toSet()))
                .as(name)
                .isSubsetOf(known));
    }

    @Test
    void everyScriptThatIsImportedExists() {
        Map<String, String> scripts = scripts();

        scripts.forEach((name, text) -> {
            Matcher imported = IMPORT.matcher(text);
            while (imported.find()) {
                String target = Path.of(name)
                        .resolveSibling(imported.group(1))
                        .normalize()
                        .toString()
                        .replace('\\', '/');
                assertThat(scripts.keySet()).as(name).contains(target);
            }
        });
    }

    @Test
    void everyPageHasItsTitleAndItsElement() {
        Map<String, String> scripts = scripts();
        List<String> ids = Pattern.compile("^ {2}page\\('([^']+)'", Pattern.MULTILINE)
                .matcher(scripts.get("app/pages.js"))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
        for (String id : ids) {
            assertThat(words().get("en")).contains("page." + id);
            assertThat(scripts.get("pages/" + id + ".js")).contains("customElements.define('sl-page-" + id + "'");
        }
    }

    @Test
    void nothingThatIsReadBecomesMarkup() {
        scripts().forEach((name, text) -> {
            assertThat(text)
                    .as(name)
                    .doesNotContain("unsafeHTML", "unsafeSVG", "insertAdjacentHTML", "document.write(");
            assertThat(text).as(name).doesNotContain("eval(", "new Function", "setAttribute('style'");
            assertThat(text).as(name).doesNotContainPattern("\\.(inner|outer)HTML\\s*=");
            assertThat(text).as(name).doesNotContainPattern(INLINE);
        });
    }

    @Test
    void textsStandInTheWordsAlone() {
        scripts().forEach((name, text) -> {
            if (!name.startsWith("words/")) {
                String code = text.replaceAll("(?m)^\\s*(//|\\*|/\\*).*$", "");
                assertThat(TEXT.matcher(code)
                                .results()
                                .map(found -> found.group())
                                .toList())
                        .as(name)
                        .isEmpty();
            }
        });
    }

    @Test
    void theFirstViewIsSmall() {
        UiFiles files = UiFiles.load();
        long bytes = files.page().gzip().length()
                + files.paths().stream()
                        .filter(path -> !path.contains("/lib/echarts/"))
                        .mapToLong(path -> files.find(path).gzip().length())
                        .sum();

        assertThat(bytes).isLessThan(350 * 1024);
    }

    @Test
    void namesOfFilesAreInThePage() {
        UiFiles files = UiFiles.load();
        String page = new String(files.page().plain().getBytes(), UTF_8);

        Matcher named =
                Pattern.compile("(?:href|src)=\"([^\"]+)\"|\": \"([^\"]+)\"").matcher(page);
        while (named.find()) {
            String path = named.group(1) == null ? named.group(2) : named.group(1);
            assertThat(files.paths()).anyMatch(known -> known.startsWith(path));
        }
    }
}
