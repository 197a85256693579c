package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.sluice.domain.pool.Timeouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The samples under {@code cluster/} follow the defaults of the product. */
class LoadBalancerSamplesTest {
    private static final int TRAFFIC_PORT = 8080;

    @Test
    void bothReachTheDefaultPortAndAskForReadiness() throws Exception {
        assertThat(number(nginx(), "server 127\\.0\\.0\\.1:(\\d+)")).isEqualTo(TRAFFIC_PORT);
        assertThat(number(haproxy(), "server node-a 127\\.0\\.0\\.1:(\\d+) check"))
                .isEqualTo(TRAFFIC_PORT);
        assertThat(nginx()).contains("location = /health/ready");
        assertThat(haproxy()).contains("meth GET uri /health/ready", "expect status 200");
    }

    @Test
    void bothLetStreamsPass() throws Exception {
        long firstByte = Timeouts.DEFAULT.firstByte().toSeconds();

        assertThat(nginx()).contains("proxy_buffering off;", "proxy_request_buffering off;", "gzip off;");
        assertThat(haproxy()).contains("option http-no-delay", "no option http-buffer-request");
        assertThat(number(nginx(), "proxy_read_timeout (\\d+)s")).isGreaterThan(firstByte);
        assertThat(number(haproxy(), "timeout server (\\d+)s")).isGreaterThan(firstByte);
        assertThat(number(haproxy(), "timeout client (\\d+)s")).isGreaterThan(firstByte);
    }

    @Test
    void neitherSendsARequestTwice() throws Exception {
        assertThat(nginx()).contains("proxy_next_upstream off;");
        assertThat(haproxy()).contains("retries 0");
    }

    @Test
    void bothFollowTheBoundsOfTheNode() throws Exception {
        HttpBounds bounds = HttpBounds.DEFAULT;

        assertThat(number(nginx(), "client_max_body_size (\\d+)m") * 1024 * 1024)
                .isEqualTo(bounds.body());
        assertThat(number(nginx(), "client_header_timeout (\\d+)s"))
                .isEqualTo(bounds.headerTimeout().toSeconds());
        assertThat(number(nginx(), "client_body_timeout (\\d+)s"))
                .isEqualTo(bounds.bodyIdle().toSeconds());
        assertThat(number(haproxy(), "timeout http-request (\\d+)s"))
                .isEqualTo(bounds.headerTimeout().toSeconds());
        assertThat(number(nginx(), "keepalive_timeout (\\d+)s"))
                .isLessThan(bounds.keepAlive().toSeconds());
        assertThat(number(haproxy(), "pool-purge-delay (\\d+)s"))
                .isLessThan(bounds.keepAlive().toSeconds());
    }

    private static String nginx() throws IOException {
        return Files.readString(Path.of("cluster/nginx.conf"));
    }

    private static String haproxy() throws IOException {
        return Files.readString(Path.of("cluster/haproxy.cfg"));
    }

    private static long number(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .map((MatchResult match) -> Long.parseLong(match.group(1)))
                .orElseThrow(() -> new AssertionError("no " + pattern));
    }
}
