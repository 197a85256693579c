package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Debian's Chromium, driven by Playwright. Whoever looks through it is told of every error that a page has: what it logs, what it
 * throws, what its policy refuses. Used by one thread.
 */
public final class Browser implements AutoCloseable {
    private static final List<String> PLACES =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    private static final Path SHOTS = Path.of("target/screenshots");

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser browser;

    /**
     * How somebody looks.
     *
     * @param language {@code en} or {@code zh}
     * @param dark whether their system is dark
     * @param phone whether they hold a phone
     */
    public record Look(String language, boolean dark, boolean phone) {
        /** English, light, on a laptop. */
        public static final Look USUAL = new Look("en", false, false);

        @Override
        public String toString() {
            return language + (dark ? "-dark" : "-light") + (phone ? "-phone" : "");
        }
    }

    private Browser(Playwright playwright, com.microsoft.playwright.Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /**
     * Starts it. {@code -DskipBrowser} leaves the test out; where there is no browser without it, the test fails and says what to
     * install.
     */
    public static Browser open() {
        assumeFalse(System.getProperty("skipBrowser") != null, "-DskipBrowser");
        Path program = Stream.concat(Stream.ofNullable(System.getenv("CHROMIUM")), PLACES.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no browser at " + PLACES
                        + ": apt-get install chromium fonts-noto-cjk, or set CHROMIUM, or run with -DskipBrowser."));
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Browser(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(program)
                                .setArgs(List.of("--no-sandbox"))));
    }

    /** Opens the console of a node on this machine. */
    public Tab console(int adminPort, Look look) {
        BrowserContext context = browser.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setLocale(look.language().equals("zh") ? "zh-CN" : "en-US")
                .setColorScheme(look.dark() ? ColorScheme.DARK : ColorScheme.LIGHT)
                .setViewportSize(look.phone() ? 390 : 1280, look.phone() ? 844 : 800));
        return new Tab(context, "http://127.0.0.1:" + adminPort + "/ui/", look);
    }

    @Override
    public void close() {
        playwright.close();
    }

    /** A console that somebody looks at, with cookies of its own. */
    public static final class Tab implements AutoCloseable {
        private final BrowserContext context;
        private final Page page;
        private final String address;
        private final Look look;
        private final List<String> complaints = new CopyOnWriteArrayList<>();

        private Tab(BrowserContext context, String address, Look look) {
            this.context = context;
            this.address = address;
            this.look = look;
            context.addInitScript("addEventListener('securitypolicyviolation', (e) => console.error('policy: '"
                    + " + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber));");
            this.page = context.newPage();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    complaints.add(message.text() + " at " + message.location());
                }
            });
            page.onPageError(complaints::add);
            page.navigate(address);
        }

        /** The page itself. */
        public Page page() {
            return page;
        }

        /** Signs in, and waits for the frame. */
        public Tab signIn(String token) {
            page.locator("#token").fill(token);
            page.keyboard().press("Enter");
            page.locator(".shell").waitFor();
            return this;
        }

        /** Goes to a page, for example {@code tokens}, and waits for its heading. */
        public Tab go(String place) {
            page.navigate(address + "#/" + place);
            page.locator("main h1").first().waitFor();
            return this;
        }

        /** What the page has complained of, without what a test expects: answers of a status that it asks for. */
        public List<String> complaints(String... expected) {
            return complaints.stream()
                    .filter(each -> Stream.of(expected).noneMatch(each::contains))
                    .toList();
        }

        /** Keeps a picture in {@code target/screenshots}. */
        public void shot(String name) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setAnimations(com.microsoft.playwright.options.ScreenshotAnimations.DISABLED)
                    .setPath(SHOTS.resolve(name + "-" + look + ".png")));
        }

        /** Serious and critical findings of axe on what is seen, each with the places. */
        public List<String> barriers() {
            page.evaluate(axe());
            String found = (String)
                    page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify("
                            + "r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')))");
            List<String> barriers = new ArrayList<>();
            for (JsonElement each : new Gson().fromJson(found, JsonArray.class)) {
                JsonObject violation = each.getAsJsonObject();
                for (JsonElement node : violation.getAsJsonArray("nodes")) {
                    barriers.add(violation.get("id").getAsString() + ": "
                            + node.getAsJsonObject().get("html").getAsString() + " — "
                            + node.getAsJsonObject().get("failureSummary").getAsString());
                }
            }
            return barriers;
        }

        /** Nothing was complained of, and nobody is kept out. */
        public void assertWell() {
            assertThat(barriers()).isEmpty();
            assertThat(complaints()).isEmpty();
        }

        /** Takes the cookie away, as its end would. */
        public void forgetSession() {
            context.clearCookies();
        }

        private static String axe() {
            try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
                if (script == null) {
                    throw new AssertionError("axe is not on the class path");
                }
                return new String(script.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
