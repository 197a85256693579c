package io.sluice.domain.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.domain.Glob;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaUrlTest {
    private static final FetchRules ANY = new FetchRules(true, List.of(), Set.of(80, 443), 1, Duration.ofSeconds(1));
    private static final FetchRules SOME =
            new FetchRules(true, List.of(new Glob("*.example.com")), Set.of(443, 8443), 1, Duration.ofSeconds(1));

    private static MediaRefusal refusal(String url, FetchRules rules) {
        try {
            MediaUrl.of(url, rules);
        } catch (RefusedMediaException e) {
            return e.refusal();
        }
        throw new AssertionError("not refused: " + url);
    }

    @ParameterizedTest
    @CsvSource({
        "http://a.example/x.png, false, a.example, 80, /x.png",
        "HTTPS://A.Example, true, a.example, 443, /",
        "https://a.example./p%20q?x=1&y=%2f#part, true, a.example, 443, /p%20q?x=1&y=%2f",
        "https://a.example:80/, true, a.example, 80, /",
        "http://[2001:DB8::1]/, false, 2001:db8::1, 80, /",
        "http://127.0.0.1/, false, 127.0.0.1, 80, /"
    })
    void reads(String url, boolean tls, String host, int port, String target) throws RefusedMediaException {
        MediaUrl read = MediaUrl.of(url, ANY);

        assertThat(read.tls()).isEqualTo(tls);
        assertThat(read.host()).isEqualTo(host);
        assertThat(read.port()).isEqualTo(port);
        assertThat(read.target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://a.example/",
                "gopher://a.example/",
                "javascript:alert(1)",
                "data:image/png;base64,AAAA",
                "//a.example/",
                "http:a.example",
                "http://",
                "http:///x",
                "http://user:pw@a.example/",
                "http://user@a.example/",
                "http://a.example\\@b.example/",
                "http://a.example/ x",
                "http://a.example/\r\nHost: b",
                "http://a_b@c/",
                "http://a.example:99999999999/",
                "http://[fe80::1%25eth0]/",
                "http://./",
                "http://ä.example/"
            })
    void refusesWhatIsNoPlainAddress(String url) {
        assertThat(refusal(url, ANY)).isEqualTo(MediaRefusal.NO_ADDRESS);
    }

    @Test
    void refusesEndlessAddresses() {
        assertThat(refusal("http://a.example/" + "x".repeat(10_000), ANY)).isEqualTo(MediaRefusal.NO_ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/",
                "https://a.example.org/",
                "https://a.example.com.evil.test/",
                "http://a.example.com/",
                "https://a.example.com:22/"
            })
    void refusesOtherHostsAndPorts(String url) {
        assertThat(refusal(url, SOME)).isEqualTo(MediaRefusal.NOT_ALLOWED);
    }

    @Test
    void allowsNamedHosts() throws RefusedMediaException {
        assertThat(MediaUrl.of("https://A.b.Example.com:8443/x", SOME).port()).isEqualTo(8443);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example/p/q, r, https://a.example/p/r",
        "https://a.example/p/q, /r?x, https://a.example/r?x",
        "https://a.example/p, //b.example/r, https://b.example/r",
        "http://a.example/p, https://b.example/, https://b.example/",
        "http://a.example/p, http://b.example/, http://b.example/"
    })
    void followsRedirects(String from, String location, String to) throws RefusedMediaException {
        assertThat(MediaUrl.of(from, ANY).redirected(location, ANY).uri()).hasToString(to);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example/, http://a.example/",
        "http://a.example/, http://a.example:22/",
        "http://a.example/, file:///etc/passwd",
        "http://a.example/, ftp://b/",
        "http://a.example/, http://u@b.example/",
        "http://a.example/, 'http://b.example/ x'"
    })
    void redirectsAreLookedAtLikeAddresses(String from, String location) throws RefusedMediaException {
        MediaUrl url = MediaUrl.of(from, ANY);

        assertThatExceptionOfType(RefusedMediaException.class)
                .isThrownBy(() -> url.redirected(location, ANY))
                .satisfies(e -> assertThat(e.refusal()).isEqualTo(MediaRefusal.UNREACHABLE));
    }
}
