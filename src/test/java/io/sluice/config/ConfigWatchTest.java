package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.GatewayRevision;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real files, every way of replacing them. What is told is queued; nothing else may be told. */
@ExtendWith(VertxExtension.class)
class ConfigWatchTest {
    /** Two looks, a load, and a slow machine. */
    private static final long PATIENCE_SECONDS = 10;

    /** Long enough for several looks in which nothing may be told. */
    private static final long QUIET_MILLIS = 900;

    @TempDir
    private Path dir;

    private final BlockingQueue<GatewayRevision> revisions = new LinkedBlockingQueue<>();
    private final BlockingQueue<List<ConfigError>> errors = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> restarts = new LinkedBlockingQueue<>();
    private ConfigWatch watch;
    private GatewayRevision first;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        Files.createDirectories(dir.resolve("secrets"));
        Files.writeString(dir.resolve("secrets/key"), "sk-1\n");
        Files.writeString(dir.resolve("gateway.yaml"), gateway("m"));
        Files.writeString(dir.resolve("node.yaml"), "node: { name: a }\n");
        NodeConfig node = ConfigLoader.loadNode(dir, NodeOverrides.NONE).value();
        first = ConfigLoader.loadGateway(dir, node).value();
        watch = new ConfigWatch(vertx, dir, NodeOverrides.NONE, node, first, List.of(), Clock.systemUTC())
                .onRevision(revisions::add)
                .onErrors(errors::add)
                .onRestartNeeded(restarts::add);
        watch.start().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        watch.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static String gateway(String model) {
        return """
                channels:
                  - name: c
                    type: openai
                    base-url: https://api.example.com/v1
                    accounts: [{ name: a, key: "${file:secrets/key}" }]
                    models: { %s: {} }
                keys: [{ name: k, key-hash: "sha256:%s" }]
                """.formatted(model, "0".repeat(64));
    }

    private GatewayRevision revision() throws InterruptedException {
        GatewayRevision revision = revisions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(revision).as("a revision").isNotNull();
        return revision;
    }

    private void assertModel(String model) throws InterruptedException {
        GatewayRevision revision = revision();
        assertThat(revision.models()).containsOnlyKeys(model);
        assertThat(watch.state().revision()).isEqualTo(revision.id());
        assertThat(watch.state().errors()).isEmpty();
    }

    private static void edit(Path file, UnaryOperator<String> change) throws IOException {
        Files.writeString(file, change.apply(Files.readString(file)));
    }

    @Test
    void saysNothingWhileNothingChanges() throws Exception {
        assertThat(revisions.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();
        assertThat(errors).isEmpty();
        assertThat(restarts).isEmpty();
        assertThat(watch.state().revision()).isEqualTo(first.id());
    }

    @Test
    void takesAWriteInPlaceWithinASecond() throws Exception {
        Files.writeString(dir.resolve("gateway.yaml"), gateway("written"));
        long saved = System.nanoTime();

        assertModel("written");

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - saved)).isLessThan(1000);
        assertThat(revisions.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void takesAFileOnlyWhenItIsWhole() throws Exception {
        byte[] text = gateway("whole").getBytes(StandardCharsets.UTF_8);
        Path file = dir.resolve("gateway.yaml");

        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (byte b : text) {
                out.write(b);
                out.flush();
                assertThat(revisions.poll(5, TimeUnit.MILLISECONDS)).isNull();
            }
        }

        assertModel("whole");
        assertThat(errors).isEmpty();
    }

    @Test
    void takesARenameOver() throws Exception {
        Path next = Files.writeString(dir.resolve(".gateway.yaml.tmp"), gateway("renamed"));

        Files.move(
                next, dir.resolve("gateway.yaml"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        assertModel("renamed");
    }

    @Test
    void takesASwapOfLinksAsKubernetesDoes() throws Exception {
        Files.createDirectory(dir.resolve("..one"));
        Files.createDirectory(dir.resolve("..two"));
        Files.writeString(dir.resolve("..one/gateway.yaml"), gateway("one"));
        Files.writeString(dir.resolve("..two/gateway.yaml"), gateway("two"));
        Files.createSymbolicLink(dir.resolve("..data"), Path.of("..one"));
        Files.createSymbolicLink(dir.resolve("link"), Path.of("..data/gateway.yaml"));
        Files.move(dir.resolve("link"), dir.resolve("gateway.yaml"), StandardCopyOption.ATOMIC_MOVE);
        assertModel("one");

        Files.createSymbolicLink(dir.resolve("..data_tmp"), Path.of("..two"));
        Files.move(dir.resolve("..data_tmp"), dir.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        assertModel("two");
    }

    @Test
    void takesFilesAddedAndRemoved() throws Exception {
        Path part = dir.resolve("gateway.d/more.yaml");
        Files.createDirectory(part.getParent());
        Files.writeString(part, "models: { x: { fallbacks: [m] } }\n");
        assertThat(revision().models()).containsOnlyKeys("m", "x");

        Files.delete(part);

        assertModel("m");
        assertThat(watch.state().revision()).isEqualTo(first.id());
    }

    @Test
    void takesAChangedSecret() throws Exception {
        Files.writeString(dir.resolve("secrets/key"), "sk-2\n");

        assertThat(revision().accounts().getFirst().key().reveal()).isEqualTo("sk-2");
    }

    @Test
    void takesAKeyFileThatAppearsLater() throws Exception {
        edit(
                dir.resolve("gateway.yaml"),
                text -> text.replace("name: a, key: \"${file:secrets/key}\"", "keys-file: secrets/many"));
        assertThat(errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .extracting(ConfigError::message)
                .containsExactly("the file secrets/many does not exist");

        Files.writeString(dir.resolve("secrets/many"), "k1\nk2\n");
        assertThat(revision().accounts()).hasSize(2);

        Files.writeString(dir.resolve("secrets/many"), "k1\nk2\nk3\n");
        assertThat(revision().accounts()).hasSize(3);
    }

    @Test
    void reportsABadStateOnceAndTakesTheNextGoodOne() throws Exception {
        edit(dir.resolve("gateway.yaml"), text -> text.replace("models:", "modles:"));

        assertThat(errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .extracting(ConfigError::path)
                .containsExactly("channels[0].models", "channels[0].modles");
        assertThat(watch.state().revision()).isEqualTo(first.id());
        assertThat(watch.state().errors()).hasSize(2);
        assertThat(watch.state().errorsSince()).isNotNull();
        assertThat(errors.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();
        assertThat(revisions).isEmpty();

        Files.writeString(dir.resolve("gateway.yaml"), gateway("good"));
        assertModel("good");
    }

    @Test
    void saysThatABadStateIsTakenBack() throws Exception {
        Files.writeString(dir.resolve("gateway.yaml"), "");
        assertThat(errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotEmpty();

        Files.writeString(dir.resolve("gateway.yaml"), gateway("m"));

        assertThat(errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEmpty();
        assertThat(watch.state().errors()).isEmpty();
        assertThat(revisions).isEmpty();
    }

    @Test
    void tellsOnceThatTheNodeNeedsARestart() throws Exception {
        Files.writeString(dir.resolve("node.yaml"), "node: { name: a }   # the same\n");
        assertThat(restarts.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();

        Files.writeString(dir.resolve("node.yaml"), "node: { name: b }\n");

        assertThat(restarts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isEqualTo("node.yaml has changed; the change needs a restart");
        assertThat(watch.state().needsRestart()).isNotNull();
        assertThat(restarts.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();
        assertThat(revisions).isEmpty();
    }

    private static final StoredEntry STORED = new StoredEntry(StoredEntry.Kind.CHANNEL, "s", 1, """
            {"type":"openai","base-url":"https://api.example.com/v1","models":{"stored":{}},
             "accounts":[{"name":"a","key":"sk-stored"}]}""", null);

    private void store(List<StoredEntry> entries) throws Exception {
        watch.stored(entries).await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void takesWhatIsStored() throws Exception {
        store(List.of(STORED));
        GatewayRevision with = revision();
        Files.writeString(dir.resolve("gateway.yaml"), gateway("n"));
        GatewayRevision changed = revision();
        store(List.of());
        GatewayRevision without = revision();

        assertThat(with.models()).containsKeys("m", "stored");
        assertThat(changed.models()).containsKeys("n", "stored");
        assertThat(without.models()).containsOnlyKeys("n");
        assertThat(watch.state().revision()).isEqualTo(without.id());
    }

    @Test
    void takesWhatIsStoredWhileTheFilesAreBad() throws Exception {
        Files.writeString(dir.resolve("gateway.yaml"), "channels: 5\n");
        List<ConfigError> told = errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        store(List.of(STORED));
        GatewayRevision with = revision();

        assertThat(with.models()).containsKeys("m", "stored");
        assertThat(watch.state().errors()).isEqualTo(told).isNotEmpty();
        assertThat(errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(told);
        Files.writeString(dir.resolve("gateway.yaml"), gateway("m"));
        assertThat(errors.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEmpty();
        assertThat(revisions).isEmpty();
    }
}
