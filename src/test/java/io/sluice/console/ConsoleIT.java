package io.sluice.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.sluice.testkit.Browser;
import io.sluice.testkit.Browser.Look;
import io.sluice.testkit.Browser.Tab;
import io.sluice.testkit.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console in a real browser, on a node with a database and the simulator. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
    private static final String GATEWAY = """
            channels:
              - name: sim
                type: openai
                base-url: http://127.0.0.1:@SIM@/v1
                accounts: [{ name: a, key: simulated-a, limits: { rpm: 60 } }]
                models: { gpt-4o-mini: {} }
            keys: [{ name: app, key: sk-sluice-console-0123456789abcdef }]
            """;

    private static final List<String> PAGES = List.of(
            "overview",
            "pool",
            "usage",
            "channels",
            "models",
            "keys",
            "teams",
            "playground",
            "nodes",
            "prices",
            "settings",
            "tokens");

    private Browser browser;
    private NodeProcess node;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        browser = Browser.open();
        node = NodeProcess.startWithLedger(dir, GATEWAY);
    }

    @AfterAll
    void stop() throws Exception {
        if (node != null) {
            node.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    private Tab console(Look look) {
        return browser.console(node.adminPort(), look);
    }

    private static Locator button(Page page, String text) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(text).setExact(true));
    }

    @Test
    void aWrongTokenIsToldAndARightOneSignsIn() {
        try (Tab tab = console(Look.USUAL)) {
            Page page = tab.page();
            tab.shot("sign-in");
            tab.assertWell();
            page.locator("#token").fill("sluice-admin-wrong");
            button(page, "Sign in").click();
            assertThat(page.locator(".field-error")).hasText("This token is not known here, or has ended.");
            assertThat(page.locator("#token")).isFocused();

            tab.signIn(node.adminToken());

            assertThat(page.locator(".who")).containsText("bootstrap");
            assertThat(tab.complaints("401")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"en, false, false", "zh, true, true"})
    void pagesAreWell(String language, boolean dark, boolean phone) {
        assertWell(new Look(language, dark, phone), List.of("overview", "pool", "keys", "tokens"));
    }

    @Tag("proof")
    @ParameterizedTest
    @CsvSource({"en, false, false", "en, true, false", "zh, false, false", "zh, true, true", "en, false, true"})
    void everyPageIsWellInEveryLook(String language, boolean dark, boolean phone) {
        assertWell(new Look(language, dark, phone), PAGES);
    }

    private void assertWell(Look look, List<String> places) {
        try (Tab tab = console(look).signIn(node.adminToken())) {
            for (String place : places) {
                tab.go(place);
                assertThat(tab.page().locator(".loading")).hasCount(0);
                tab.shot(place);
                tab.assertWell();
                // Nothing is wider than the window.
                assertThat(tab.page().evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                        .isEqualTo(true);
            }
        }
    }

    @Test
    void aTokenIsMadeShownOnceAndRevokedByKeyboard() {
        try (Tab tab = console(Look.USUAL).signIn(node.adminToken())) {
            Page page = tab.page();
            page.keyboard().press("g");
            page.keyboard().press("t");
            assertThat(page.locator("h1")).hasText("Admin tokens");
            button(page, "New token").first().focus();
            page.keyboard().press("Enter");
            Locator dialog = page.locator("dialog[open]");
            page.keyboard().press("Enter");
            assertThat(dialog.locator(".field-error")).hasText("is needed");
            page.keyboard().type("grafana");
            page.keyboard().press("Enter");

            assertThat(dialog.locator(".secret output")).hasText(Pattern.compile("sluice-admin-[A-Za-z0-9_-]{43}"));
            tab.shot("token-made");
            tab.assertWell();
            String secret = dialog.locator(".secret output").textContent();
            button(page, "Done").press("Enter");

            Locator row = page.locator(".table-row", new Page.LocatorOptions().setHasText("grafana"));
            row.focus();
            page.keyboard().press("Enter");
            assertThat(dialog.locator(".facts")).containsText("bootstrap");
            assertThat(page.content()).doesNotContain(secret);
            tab.shot("token");
            tab.assertWell();
            button(page, "Revoke").press("Enter");
            button(page, "Revoke").last().press("Enter");

            assertThat(row).containsText("Revoked");
            assertThat(page.locator(".toast")).containsText("grafana has ended.");
            assertThat(tab.complaints()).isEmpty();
        }
    }

    @Test
    void whatWasTypedStaysWhenTheSessionEnds() {
        try (Tab tab = console(Look.USUAL).signIn(node.adminToken()).go("tokens")) {
            Page page = tab.page();
            button(page, "New token").first().click();
            page.locator("dialog[open] input[name=name]").fill("typed-before");
            tab.forgetSession();
            button(page, "Create").click();

            Locator again = page.locator("dialog[open]", new Page.LocatorOptions().setHasText("Sign in again"));
            assertThat(again).isVisible();
            tab.shot("sign-in-again");
            again.locator("#token").fill(node.adminToken());
            again.locator("#token").press("Enter");

            assertThat(page.locator("dialog[open] .secret output")).isVisible();
            assertThat(tab.complaints("401")).isEmpty();
        }
    }

    @Test
    void languageAndThemeAreChosenAndKept() {
        try (Tab tab = console(Look.USUAL).signIn(node.adminToken()).go("tokens")) {
            Page page = tab.page();
            page.locator(".nav-account").click();
            page.getByRole(AriaRole.MENUITEMRADIO, new Page.GetByRoleOptions().setName("中文"))
                    .click();
            assertThat(page.locator("h1")).hasText("管理令牌");
            page.locator(".nav-account").click();
            tab.shot("menu");
            page.getByRole(AriaRole.MENUITEMRADIO, new Page.GetByRoleOptions().setName("深色"))
                    .click();
            page.reload();

            assertThat(page.locator("h1")).hasText("管理令牌");
            assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
            assertThat(page.locator("html")).hasAttribute("lang", "zh-CN");
            assertThat(tab.complaints()).isEmpty();
        }
    }

    @Test
    void aNodeThatRestartsIsToldAndComesBack() throws Exception {
        try (Tab tab = console(Look.USUAL).signIn(node.adminToken()).go("nodes")) {
            Page page = tab.page();
            assertThat(page.locator(".loading")).hasCount(0);
            node.kill();
            page.locator(".offline").waitFor();
            tab.shot("offline");
            node.launch();
            node.awaitReady();

            // The page asks again by itself.
            page.locator(".offline").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN));
            assertThat(page.locator("sl-table")).containsText("this node");
        }
    }
}
