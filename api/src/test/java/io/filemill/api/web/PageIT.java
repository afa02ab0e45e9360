package io.filemill.api.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import io.filemill.api.RunningApi;
import io.filemill.api.RunningApi.Answer;
import io.filemill.db.TestDatabase;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The web page in a real browser, on a server with a node inside. Tests see each other's tasks, as people would. After each of them the
 * browser must have had nothing to complain of: no error of a script, and nothing that the page's security policy forbids.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT {
    private static final double PATIENCE_MS = 30_000;
    private static final Path PICTURES = Path.of("target", "screenshots");

    private final TestDatabase database = new TestDatabase();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Set<String> expected = new CopyOnWriteArraySet<>();
    private RunningApi api;
    private Chromium chromium;
    private Path inbox;
    private Page usual;
    private Page page;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        inbox = Files.createDirectory(folder.resolve("inbox"));
        api = RunningApi.start(Map.of(
                "filemill.db.url",
                database.url,
                "filemill.db.data-dir",
                folder.resolve("data"),
                "filemill.ingest-roots",
                inbox,
                "filemill.worker.enabled",
                true,
                "filemill.worker.max-workers",
                2,
                "filemill.worker.node-name",
                "the one inside"));
        chromium = Chromium.start();
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    void stop() {
        chromium.close();
        api.close();
        database.close();
    }

    /** Opens a window that remembers nothing, for this test alone. */
    private void open(Browser.NewContextOptions options) {
        BrowserContext context =
                chromium.browser().newContext(options.setLocale("en-GB").setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(PATIENCE_MS);
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            boolean bad = Set.of("error", "warning").contains(message.type());
            if (bad && expected.stream().noneMatch(message.text()::contains)) {
                complaints.add(message.text() + " at " + message.location());
            }
        });
    }

    @BeforeEach
    void useTheUsualWindow() {
        if (usual == null) {
            open(new Browser.NewContextOptions().setViewportSize(1280, 900));
            usual = page;
        }
        page = usual;
    }

    @AfterEach
    void hasNothingToComplainOf() {
        if (page == usual) {
            page.navigate("about:blank"); // the next test loads all anew
        } else {
            page.context().close();
        }
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        expected.clear();
        assertThat(all).isEmpty();
    }

    private void visit(String view) {
        page.navigate(api.uri("/").toString() + view);
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator heading(String name) {
        return page.getByRole(AriaRole.HEADING, new GetByRoleOptions().setName(name));
    }

    private static Locator.FilterOptions having(String text) {
        return new Locator.FilterOptions().setHasText(text);
    }

    private static FilePayload file(String name, String content) {
        return new FilePayload(name, "application/octet-stream", content.getBytes(StandardCharsets.UTF_8));
    }

    private String noopTask(int files, int delayMillis) {
        String items = IntStream.rangeClosed(1, files)
                .mapToObj(i -> "\"page %d of the ledger\"".formatted(i))
                .collect(Collectors.joining(","));
        Answer accepted = api.postJson(
                "/v1/tasks",
                "{\"processor\":\"noop\",\"settings\":{\"delay_ms\":%d},\"items\":[%s]}".formatted(delayMillis, items));
        return accepted.json().get("task_id").stringValue();
    }

    private void waitUntilEnded(Locator badge, String word) {
        assertThat(badge)
                .hasText(
                        word,
                        new com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions()
                                .setTimeout(PATIENCE_MS));
    }

    private void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + ".png"))
                .setFullPage(true));
    }

    @Test
    @Order(1)
    void showsWhatToDoWhenThereIsNothingYet() {
        visit("");
        assertThat(page.getByText("No tasks yet")).isVisible();
        assertThat(page.getByText("of 2", new Page.GetByTextOptions().setExact(false))
                        .first())
                .isVisible();
        assertIsAccessible();
        picture("empty");

        visit("#/quarantine");
        assertThat(page.getByText("Nothing is in quarantine")).isVisible();
        visit("#/search");
        assertThat(page.getByText("Search the text of your documents")).isVisible();
        assertIsAccessible();
    }

    @Test
    void isServedWithAStrictPolicyAndRevalidatedByItsTag() {
        Answer whole = api.get("/");
        assertThat(whole.header("Content-Type")).startsWith("text/html");
        assertThat(whole.header("Content-Security-Policy"))
                .startsWith("default-src 'self'; ")
                .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
                .doesNotContain("unsafe", "http");
        assertThat(whole.text())
                .doesNotContain("<style", "style=", "onload=")
                .doesNotContainPattern("<script[^>]*>[^<]");
        for (String path : List.of("/", "/assets/app.js", "/assets/style.css", "/assets/lit-html/lit-html.js")) {
            Answer first = api.get(path);
            assertThat(first.status()).as(path).isEqualTo(200);
            assertThat(first.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(first.header("Cache-Control")).isEqualTo("no-cache");
            Answer again =
                    api.send(HttpRequest.newBuilder(api.uri(path)).header("If-None-Match", first.header("ETag")));
            assertThat(again.status()).as(path).isEqualTo(304);
        }
        assertThat(api.get("/assets/app.js").header("Content-Type")).startsWith("text/javascript");
        assertThat(api.get("/assets/nothing.js").status()).isEqualTo(404);
        assertThat(api.get("/assets/..%2fapplication.yml").status()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void uploadsAreIngestedSearchedAndTheirFailuresExplained() {
        visit("");
        String report = "A colony of pipistrelle bats <img src=x onerror=alert(1)> lives above the reading room.";
        page.getByLabel("Choose files").setInputFiles(new FilePayload[] {
            file("bats <b>bold.txt", report), file("damaged.pdf", "%PDF-1.7 nothing more")
        });

        Locator row = page.locator(".task").filter(having("bats <b>bold.txt and 1 more"));
        waitUntilEnded(row.locator(".badge"), "Done, some failed");
        assertThat(row).containsText("2 of 2 files, 1 failed");

        row.getByRole(AriaRole.LINK).click();
        assertThat(heading("bats <b>bold.txt and 1 more")).isVisible();
        Locator cause = page.locator(".cause");
        assertThat(cause).containsText("CORRUPT");
        assertThat(cause).containsText("Open one of these files in the program that made it.");
        assertThat(cause).containsText("damaged.pdf");
        picture("failed");
        assertIsAccessible();
        String id = page.url().substring(page.url().lastIndexOf('/') + 1);
        Answer failures = api.get("/v1/tasks/" + id + "/failures");
        assertThat(failures.json().get("failures").get(0).propertyNames())
                .containsExactly(
                        "error_code",
                        "error_component",
                        "error_actionable_by",
                        "error_retryable",
                        "files",
                        "what_to_do",
                        "example");
        assertThat(api.get("/v1/tasks/00000000-0000-0000-0000-000000000000/failures")
                        .status())
                .isEqualTo(404);

        cause.getByText("Show these files").click();
        assertThat(page.locator(".files tbody tr")).hasCount(1);
        button("damaged.pdf").click();
        assertThat(page.locator(".detail")).containsText("CORRUPT in docling");

        page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("Search")).click();
        page.getByLabel("Words").fill("pipistrelle");
        page.keyboard().press("Enter");
        Locator hit = page.locator(".hit").first();
        assertThat(hit.locator("mark").first()).hasText("pipistrelle");
        assertThat(hit).containsText("<img src=x onerror=alert(1)>");
        assertThat(page.locator("main img")).hasCount(0);
        assertIsAccessible();
        picture("search");
    }

    @Test
    void aFolderIsOneTaskWithThePathsOfItsFiles(@TempDir Path folder) throws IOException {
        Path year = Files.createDirectories(folder.resolve("letters/1911"));
        Files.writeString(year.resolve("to-the-mayor.txt"), "Dear Mayor, the dome leaks.");
        Files.writeString(folder.resolve("letters/reply.txt"), "Dear reader, it does not.");
        Files.writeString(folder.resolve("letters/.hidden"), "nothing to see");
        visit("");

        page.getByLabel("Choose a folder").setInputFiles(folder.resolve("letters"));

        Locator row = page.locator(".task").filter(having("letters/"));
        waitUntilEnded(row.locator(".badge"), "Done");
        row.getByRole(AriaRole.LINK).click();
        assertThat(page.locator(".files tbody tr")).hasCount(2);
        button("to-the-mayor.txt").click();
        assertThat(page.locator(".detail")).containsText("letters/1911/to-the-mayor.txt");
    }

    @Test
    void aRunningTaskMovesByItselfAndIsPausedChangedAndCancelled() {
        String task = noopTask(40, 500);
        visit("#/tasks/" + task);
        Locator bar = page.getByRole(AriaRole.PROGRESSBAR, new GetByRoleOptions().setName("Progress of this task"));
        assertThat(bar).hasAttribute("aria-valuetext", Pattern.compile("[1-9]\\d* of 40 files"));
        String before = bar.getAttribute("aria-valuetext");
        assertThat(bar).not().hasAttribute("aria-valuetext", before);
        assertThat(page.locator(".connection")).hasText("Live");
        picture("busy");
        assertIsAccessible();

        Locator badge = page.locator(".title .badge");
        button("Pause").click();
        assertThat(badge).hasText("Paused");
        page.getByLabel("Priority").selectOption("9");
        assertThat(page.getByText("The priority is 9 now.").first()).isVisible();
        assertThat(api.get("/v1/tasks/" + task).json().get("priority").intValue())
                .isEqualTo(9);
        button("Resume").click();
        assertThat(badge).hasText("Running");

        button("Cancel").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("waiting files will not run");
        button("Cancel the task").click();
        assertThat(badge).hasText("Cancelled");
        assertThat(page.locator("main h1"))
                .isFocused(); // which the button had, and a keyboard needs a place to go on from
        assertThat(api.get("/v1/tasks/" + task).json().get("outcome").stringValue())
                .isEqualTo("cancelled");
        assertThat(button("Pause")).hasCount(0);
    }

    @Test
    void whatFailedIsTriedAgainAndThenSucceeds() throws IOException {
        Path late = inbox.resolve("comes-late.txt");
        Files.writeString(late, "The plaster is dry.");
        api.post("/v1/limits/cluster/*/pause");
        visit("");
        page.getByText("A path on the server, and options").click();
        page.getByLabel("File, folder or pattern that the nodes can read").fill(inbox + "/*.txt");
        button("Submit").click();
        Locator row = page.locator(".task").filter(having("*.txt"));
        waitUntilEnded(row.locator(".badge"), "Paused");
        Files.delete(late);
        api.post("/v1/limits/cluster/*/resume");
        waitUntilEnded(row.locator(".badge"), "Failed");

        row.getByRole(AriaRole.LINK).click();
        assertThat(page.locator(".cause")).containsText("FILE_NOT_FOUND");
        Files.writeString(late, "The plaster is dry.");
        button("Retry 1 file with FILE_NOT_FOUND").click();
        waitUntilEnded(page.locator(".title .badge"), "Done");
        assertThat(page.locator(".cause")).hasCount(0);
        button("comes-late.txt").click();
        assertThat(page.locator(".detail")).containsText("Attempts before");
    }

    @Test
    void aPathThatIsRefusedSaysWhy() {
        visit("");
        page.getByText("A path on the server, and options").click();
        page.getByLabel("File, folder or pattern that the nodes can read").fill("/etc/passwd");
        expected.add("status of 4");
        button("Submit").click();
        assertThat(page.locator("#path-problem")).containsText("/etc/passwd");
        assertThat(page.getByLabel("File, folder or pattern that the nodes can read"))
                .hasAttribute("aria-describedby", "path-problem");
    }

    @Test
    void theKeyboardAloneIsEnough() {
        String task = noopTask(40, 500);
        visit("");
        assertThat(page.locator(".task").first()).isVisible();
        tabTo("Skip to the content");
        page.keyboard().press("Enter");
        tabTo("Choose files");
        assertThat(page.locator("label.button").filter(having("Choose files"))).hasCSS("outline-style", "solid");
        page.locator("a[href='#/tasks/" + task + "']").waitFor();
        tabToHref("#/tasks/" + task);
        page.keyboard().press("Enter");
        assertThat(page.locator("h1")).isFocused();
        tabTo("Report");
        page.keyboard().press("Enter");
        tabTo("All files, CSV");
        page.keyboard().press("Escape");
        assertThat(page.locator(".menu")).not().hasAttribute("open", "");
        page.keyboard().press("Shift+Tab");
        assertThat(button("Cancel")).isFocused();
        page.keyboard().press("Enter");
        tabTo("Cancel the task");
        page.keyboard().press("Enter");
        assertThat(page.locator(".title .badge")).hasText("Cancelled");
    }

    /** Presses Tab until an element with this name has the focus. */
    private void tabTo(String name) {
        tabUntil("element => (element.labels?.[0]?.innerText ?? element.innerText ?? '').trim() === " + "'" + name
                + "'");
    }

    private void tabToHref(String href) {
        tabUntil("element => element.getAttribute('href') === '" + href + "'");
    }

    private void tabUntil(String condition) {
        List<Object> passed = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            page.keyboard().press("Tab");
            if ((boolean) page.evaluate("(" + condition + ")(document.activeElement)")) {
                return;
            }
            passed.add(page.evaluate("document.activeElement.innerText"));
        }
        throw new AssertionError("Tab never led to an element with " + condition + ", but to " + passed);
    }

    @Test
    void everyViewIsAccessibleAndFitsOnAPhoneInTheDark() {
        noopTask(3, 0);
        open(new Browser.NewContextOptions()
                .setViewportSize(360, 740)
                .setColorScheme(ColorScheme.DARK)
                .setDeviceScaleFactor(2));
        for (String view : List.of("tasks", "search", "cluster", "quarantine")) {
            visit("#/" + view);
            assertThat(page.getByText("Loading…")).hasCount(0);
            assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                    .as("width of " + view)
                    .isLessThanOrEqualTo(360);
            assertIsAccessible();
            picture("phone-dark-" + view);
        }
        page.locator("nav a").first().click();
        page.locator(".task a").first().click();
        assertThat(page.locator(".files")).isVisible();
        assertThat((int) page.evaluate("document.documentElement.scrollWidth")).isLessThanOrEqualTo(360);
        assertIsAccessible();
        picture("phone-dark-task");
    }

    @Test
    void showsTheNodesAndTheQueue() {
        visit("#/cluster");
        Locator node = page.locator(".node").filter(having("the one inside"));
        assertThat(node).containsText("of 2 slots busy");
        assertThat(node).containsText("active");
        assertThat(page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName("JobRunr's dashboard")))
                .hasAttribute("href", "dashboard");
        assertIsAccessible();
        picture("cluster");
    }

    @Test
    void asksForAKeyOnceAndSendsItWithEachRequest() {
        List<String> keys = new CopyOnWriteArrayList<>();
        open(new Browser.NewContextOptions());
        page.route(Pattern.compile(".*/v1/.*"), route -> {
            String key = route.request().headers().get("authorization");
            if (route.request().url().contains("/events?ticket=once")) {
                route.fulfill(new com.microsoft.playwright.Route.FulfillOptions()
                        .setContentType("text/event-stream")
                        .setBody("retry: 60000\n\n"));
            } else if (key == null) {
                route.fulfill(new com.microsoft.playwright.Route.FulfillOptions()
                        .setStatus(401)
                        .setBody("{}"));
            } else if (route.request().url().endsWith("/v1/me")) {
                keys.add(key);
                route.fulfill(
                        new com.microsoft.playwright.Route.FulfillOptions()
                                .setBody(
                                        "{\"user_id\":\"ann\",\"scopes\":[\"read\"],\"signed_in_by\":\"api_key\",\"open\":false}"));
            } else if (route.request().url().endsWith("/v1/events/ticket")) {
                keys.add(key);
                route.fulfill(new com.microsoft.playwright.Route.FulfillOptions().setBody("{\"ticket\":\"once\"}"));
            } else {
                keys.add(key);
                route.resume();
            }
        });
        expected.add("401");
        visit("");
        page.getByLabel("API key or token").fill("fm_a-key");
        page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.BUTTON).click();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        assertThat(page.locator(".now .figures")).isVisible();
        assertThat(page.locator(".account")).containsText("ann");
        assertThat(button("Sign out")).isVisible();
        assertThat(keys).isNotEmpty().containsOnly("Bearer fm_a-key");
        visit("#/cluster");
        assertThat(page.getByText("The nodes are shown to administrators only."))
                .isVisible();
        assertThat(page.locator(".node")).hasCount(0);
        assertThat((String) page.evaluate("JSON.stringify(localStorage)")).doesNotContain("fm_a-key");
    }

    private void assertIsAccessible() {
        var options = new AxeRunOptions();
        options.setResultTypes(List.of("violations"));
        // The other mode opens one more page for frames of other sites, of which there are none.
        assertThat(new AxeBuilder(page)
                        .setLegacyMode(true)
                        .options(options)
                        .analyze()
                        .getViolations())
                .filteredOn(violation -> Set.of("serious", "critical").contains(violation.getImpact()))
                .extracting(violation -> violation.getId() + ": "
                        + violation.getNodes().stream().map(Object::toString).toList())
                .isEmpty();
    }
}
