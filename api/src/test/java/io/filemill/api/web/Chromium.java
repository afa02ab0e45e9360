package io.filemill.api.web;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Chromium without a window. It is the one of this machine, since none is downloaded: {@code -Dfilemill.test.chromium=} or the
 * environment variable {@code FILEMILL_TEST_CHROMIUM} names it, else it is looked for where packages put it.
 */
final class Chromium implements AutoCloseable {
    private static final List<String> USUAL = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/snap/bin/chromium",
            "/usr/bin/google-chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    static Chromium start() {
        var options = new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
        Path executable = executable();
        Playwright playwright = Playwright.create(options);
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(executable)
                                .setChromiumSandbox(false)
                                .setArgs(List.of("--disable-gpu", "--disable-background-networking"))));
    }

    private static Path executable() {
        Stream<String> named = Stream.of(
                System.getProperty("filemill.test.chromium", ""),
                System.getenv().getOrDefault("FILEMILL_TEST_CHROMIUM", ""));
        return Stream.concat(named.filter(name -> !name.isBlank()), USUAL.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "The tests of the web page need Chromium, and there is none at "
                                        + String.join(", ", USUAL)
                                        + ". Install it (Debian: apt-get install chromium), or name it with -Dfilemill.test.chromium=/path."));
    }

    Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
