package io.sluice.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.sluice.config.TransitConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.seal.SealFailure;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FakeTransit;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transit engine over real sockets. */
class TransitServiceTest {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes();

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private TransitService service(TransitConfig config) throws IOException {
        return new TransitService(config, nanos::get);
    }

    @Test
    void wrapsAndUnwraps() throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);
        TransitService service = service(transit.config());

        String first = service.wrap(KEY);
        transit.rotate();
        String second = service.wrap(KEY);

        assertThat(first).startsWith("vault:v1:");
        assertThat(second).startsWith("vault:v2:");
        assertThat(service(transit.config()).unwrap(first)).isEqualTo(KEY);
        assertThat(service.unwrap(second)).isEqualTo(KEY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | refuses the token of store.transit.token (403), which has ended or may not encrypt with sluice",
                "404 | knows no key sluice at a/transit (404)",
                "429 | is asked too often (429)",
                "500 | answers with status 500",
                "302 | answers with status 302",
                "503 | is sealed (503)",
            })
    void saysWhyAndRests(int status, String said) throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);
        TransitService service = service(transit.config());
        transit.status(status);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> service.wrap(KEY))
                    .isInstanceOf(SealFailure.class)
                    .hasMessage("the key service " + transit.config().address() + " " + said)
                    .asInstanceOf(type(SealFailure.class))
                    .returns(true, SealFailure::passes);
        }
        assertThat(transit.refused()).isEqualTo(1);
        transit.status(200);
        nanos.addAndGet(2_000_000_000);
        assertThat(service.wrap(KEY)).startsWith("vault:");
    }

    @Test
    void aWrongTokenIsNotTold() throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);

        assertThatThrownBy(() -> service(transit.config("hvs.wrong", null)).wrap(KEY))
                .hasMessageContaining("store.transit.token (403)")
                .hasMessageNotContaining("hvs.wrong");
    }

    @Test
    void whatAnotherKeyHasWrappedStaysShut() throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);

        assertThatThrownBy(() -> service(transit.config()).unwrap("vault:v1:99"))
                .hasMessageContaining("refuses to decrypt with the key sluice (400)")
                .asInstanceOf(type(SealFailure.class))
                .returns(false, SealFailure::passes);
        assertThatThrownBy(() -> service(transit.config()).unwrap("\"}")).hasMessageContaining("not in the form");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{\"data\":{\"ciphertext\":7,\"plaintext\":null}}",
                "{\"data\":{\"ciphertext\":\"a b\",\"plaintext\":\"%\"}}"
            })
    void anAnswerThatIsNoneIsRefused(String answer) throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);
        transit.answer(answer);

        assertThatThrownBy(() -> service(transit.config()).wrap(KEY)).isInstanceOf(SealFailure.class);
        assertThatThrownBy(() -> service(transit.config()).unwrap("vault:v1:1")).isInstanceOf(SealFailure.class);
    }

    @Test
    void anAnswerWithoutEndIsNotKept() throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);
        transit.answer("{\"data\":{\"ciphertext\":\"vault:v1:1\"}}" + " ".repeat(1 << 20));

        assertThatThrownBy(() -> service(transit.config()).wrap(KEY))
                .hasMessageContaining("answers without ciphertext");
    }

    @Test
    void nobodyThereIsSaid() {
        TransitConfig nowhere = new TransitConfig(
                "http://localhost:" + FreePort.next(), "transit", "sluice", Secret.of("t"), null, true, null);

        assertThatThrownBy(() -> service(nowhere).wrap(KEY))
                .hasMessageContaining("does not answer")
                .asInstanceOf(type(SealFailure.class))
                .returns(true, SealFailure::passes);
    }

    @Test
    void certificatesAreVerified(@TempDir Path dir) throws Exception {
        Certificates certificates = Certificates.in(dir);
        FakeTransit transit = FakeTransit.start(vertx, certificates);
        Path ca = certificates.tls().cert();
        Path none = Files.writeString(dir.resolve("none.pem"), "");

        assertThat(service(transit.config(FakeTransit.token(), ca)).wrap(KEY)).startsWith("vault:");
        assertThatThrownBy(() -> service(transit.config()).wrap(KEY)).hasMessageContaining("does not answer");
        assertThatThrownBy(() -> service(transit.config(FakeTransit.token(), none)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.pem holds no certificate");
    }
}
