package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.key.Cidr;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private String addressSeen(List<String> trusted, String headerLines) {
        ClientAddress address =
                new ClientAddress(trusted.stream().map(Cidr::parse).toList());
        HttpServer server = TestNode.await(vertx.createHttpServer()
                .requestHandler(r -> r.response().end(address.of(r)))
                .listen(0, "127.0.0.1"));
        try (RawHttp connection = RawHttp.clear(server.actualPort())) {
            return connection
                    .send("GET / HTTP/1.1\r\nHost: x\r\n" + headerLines + "\r\n")
                    .read(Duration.ofSeconds(2), 1)
                    .last()
                    .text();
        }
    }

    /** The peer is 127.0.0.1; {@code |} separates header lines. */
    @ParameterizedTest
    @CsvSource({
        "'', 203.0.113.9, 127.0.0.1",
        "10.0.0.0/8, 203.0.113.9, 127.0.0.1",
        "127.0.0.1, 203.0.113.9, 203.0.113.9",
        "127.0.0.0/8, '1.1.1.1, 203.0.113.9', 203.0.113.9",
        "127.0.0.0/8, '1.1.1.1 ,  203.0.113.9 ', 203.0.113.9",
        "127.0.0.0/8 10.0.0.0/8, '1.1.1.1, 203.0.113.9, 10.0.0.7', 203.0.113.9",
        "127.0.0.0/8 10.0.0.0/8, '10.0.0.8, 10.0.0.7', 10.0.0.8",
        "127.0.0.0/8, '1.1.1.1|203.0.113.9', 203.0.113.9",
        "127.0.0.0/8, '203.0.113.9, garbage', 127.0.0.1",
        "127.0.0.0/8 10.0.0.0/8, 'garbage, 10.0.0.7', 10.0.0.7",
        "127.0.0.0/8, '', 127.0.0.1",
        "127.0.0.0/8, ',', 127.0.0.1",
        "127.0.0.0/8, 2001:db8::1, 2001:db8::1",
        "127.0.0.0/8, evil.example, 127.0.0.1",
        "127.0.0.0/8, '203.0.113.9:1234', 127.0.0.1"
    })
    void believesTrustedProxiesOnlyAndOnlyTheirOwnWord(String trusted, String forwarded, String expected) {
        StringBuilder lines = new StringBuilder();
        for (String value : forwarded.split("\\|", -1)) {
            lines.append("X-Forwarded-For: ").append(value).append("\r\n");
        }

        String seen = addressSeen(trusted.isEmpty() ? List.of() : List.of(trusted.split(" ")), lines.toString());

        assertThat(seen).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"'Forwarded: for=203.0.113.9'", "'X-Real-IP: 203.0.113.9'"})
    void otherHeadersSayNothing(String line) {
        assertThat(addressSeen(List.of("127.0.0.1"), line + "\r\n")).isEqualTo("127.0.0.1");
    }
}
