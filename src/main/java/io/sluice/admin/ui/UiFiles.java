package io.sluice.admin.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All files of the console by the path that they are asked for, read once. A request's path is looked up as it came and never
 * leads to the file system, so nothing in it can mean anything else. All but the page are below a name that changes with any of
 * them, so browsers keep them for ever.
 */
final class UiFiles {
    /** Where the page is. */
    static final String PAGE = "/ui/";

    private static final String FOLDER = "ui/";
    private static final String INDEX = "index.html";
    private static final String LIBRARIES = "libraries.properties";
    private static final int HASH_BYTES = 8;

    /** Not needed before a chart is. */
    private static final String CHARTS = "lib/echarts/";

    private final Map<String, UiFile> byPath;
    private final UiFile page;
    private final String pageTag;
    private final String policy;

    private UiFiles(Map<String, UiFile> byPath, UiFile page, String pageTag, String policy) {
        this.byPath = byPath;
        this.page = page;
        this.pageTag = pageTag;
        this.policy = policy;
    }

    /** The page. */
    UiFile page() {
        return page;
    }

    /** Its ETag. */
    String pageTag() {
        return pageTag;
    }

    /** What the page may do, as the header {@code Content-Security-Policy} says it. */
    String policy() {
        return policy;
    }

    /** The file of a path, the page apart; null when there is none. */
    @Nullable
    UiFile find(String path) {
        return byPath.get(path);
    }

    /** Every path but the page's. */
    List<String> paths() {
        return List.copyOf(byPath.keySet());
    }

    /**
     * Reads and compresses them all. Blocks for some hundred milliseconds.
     *
     * @throws IllegalStateException when a file is missing from the program
     */
    static UiFiles load() {
        try {
            SortedMap<String, byte[]> contents = own();
            byte[] index = contents.remove(INDEX);
            byte[] libraries = contents.remove(LIBRARIES);
            if (index == null || libraries == null) {
                throw new IllegalStateException("the console is not in the program");
            }
            contents.putAll(libraries(libraries));
            return of(contents, new String(index, UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("the console cannot be read", e);
        }
    }

    private static UiFiles of(SortedMap<String, byte[]> contents, String index) {
        MessageDigest all = sha256();
        contents.forEach((name, bytes) -> {
            all.update(name.getBytes(UTF_8));
            all.update(sha256().digest(bytes));
        });
        String root = PAGE + HexFormat.of().formatHex(all.digest(), 0, HASH_BYTES) + "/";
        Map<String, UiFile> byPath = new HashMap<>();
        contents.forEach((name, bytes) -> byPath.put(root + name, UiFile.of(name, bytes)));
        byte[] page = index.replace("{root}", root)
                .replace("{preload}", preload(root, contents.keySet()))
                .getBytes(UTF_8);
        String tag = '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256().digest(page)) + '"';
        return new UiFiles(Map.copyOf(byPath), UiFile.of(INDEX, page), tag, policy(new String(page, UTF_8)));
    }

    /** The scripts that the first view needs, so that a browser does not find them one behind the other. */
    private static String preload(String root, Iterable<String> names) {
        StringBuilder links = new StringBuilder();
        for (String name : names) {
            boolean first = name.startsWith("app/") || name.startsWith("parts/") || name.startsWith("lib/");
            if (first && !name.startsWith(CHARTS)) {
                links.append("<link rel=\"modulepreload\" href=\"")
                        .append(root)
                        .append(name)
                        .append("\">\n");
            }
        }
        return links.toString();
    }

    /** The import map is the only script in the page itself; it is allowed by its hash. */
    private static String policy(String page) {
        String open = "<script type=\"importmap\">";
        int from = page.indexOf(open) + open.length();
        byte[] map = page.substring(from, page.indexOf("</script>", from)).getBytes(UTF_8);
        return "default-src 'none'; script-src 'self' 'sha256-"
                + Base64.getEncoder().encodeToString(sha256().digest(map))
                + "'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none';"
                + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
                + " trusted-types lit-html default";
    }

    private static SortedMap<String, byte[]> own() throws IOException {
        URL place = UiFiles.class.getClassLoader().getResource(FOLDER + INDEX);
        if (place == null) {
            throw new IllegalStateException("the console is not in the program");
        }
        SortedMap<String, byte[]> contents = new TreeMap<>();
        if (place.openConnection() instanceof JarURLConnection jar) {
            jar.setUseCaches(false);
            try (JarFile file = jar.getJarFile()) {
                List<String> names = new ArrayList<>();
                file.stream()
                        .filter(entry -> entry.getName().startsWith(FOLDER) && !entry.isDirectory())
                        .forEach(entry -> names.add(entry.getName()));
                for (String name : names) {
                    contents.put(name.substring(FOLDER.length()), resource(name));
                }
            }
        } else {
            Path folder = Path.of(URI.create(place.toString())).resolveSibling("");
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(Files::isRegularFile).forEach(file -> {
                    String name = folder.relativize(file).toString().replace('\\', '/');
                    contents.put(name, read(file));
                });
            }
        }
        return contents;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> libraries(byte[] list) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(new String(list, UTF_8)));
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            contents.put("lib/" + name, resource(properties.getProperty(name)));
        }
        return contents;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream file = UiFiles.class.getClassLoader().getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not in the program");
            }
            return file.readAllBytes();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
