package io.sluice.domain.lease;

import static io.sluice.domain.lease.Speaker.SECOND;
import static io.sluice.domain.lease.Speaker.per;
import static io.sluice.domain.lease.Speaker.requests;
import static io.sluice.domain.lease.Speaker.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Every form of every version that was released, as files. {@code -Dsluice.golden=src/test/resources/lease/v1} writes them;
 * do so for a new version only, into a directory of its own, and keep the older ones.
 */
class GoldenFilesTest {
    private static final String VERSION_1 = "/lease/v1/";

    /** Reads a form and gives its bytes again. */
    private interface Form {
        byte[] rewrite(byte[] bytes) throws GroupFormatException;
    }

    private static final Map<String, Form> FORMS = forms();

    private static Map<String, Form> forms() {
        Form operation = bytes -> GroupCodec.encode(GroupCodec.decodeOperation(bytes));
        Map<String, Form> forms = new LinkedHashMap<>();
        forms.put("new-term", operation);
        forms.put("found", operation);
        forms.put("batch", operation);
        forms.put("close", operation);
        forms.put("renewal", bytes -> GroupCodec.encode(GroupCodec.decodeRenewal(bytes)));
        forms.put("answer", bytes -> GroupCodec.encode(GroupCodec.decodeAnswer(bytes)));
        forms.put("counters", bytes -> GroupCodec.encode(GroupCodec.decodeCounters(bytes)));
        forms.put("snapshot", bytes -> QuotaGroup.restore(bytes).snapshot());
        forms.put("known", bytes -> {
            QuotaGroup group = new QuotaGroup();
            KnownCharges.read(bytes, group);
            group.terms.closed = true;
            return group.known(0);
        });
        return forms;
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = GoldenFilesTest.class.getResourceAsStream(VERSION_1 + name + ".bin")) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }

    @Test
    void filesOfEveryVersionAreReadAndWrittenAsTheyWere() throws IOException, GroupFormatException {
        String target = System.getProperty("sluice.golden");
        if (target != null) {
            for (Map.Entry<String, byte[]> entry : samples().entrySet()) {
                Files.write(Path.of(target, entry.getKey() + ".bin"), entry.getValue());
            }
            return;
        }
        for (Map.Entry<String, Form> form : FORMS.entrySet()) {
            byte[] bytes = file(form.getKey());
            assertThat(form.getValue().rewrite(bytes)).as(form.getKey()).isEqualTo(bytes);
        }
    }

    @Test
    void theSameOperationsGiveTheSameFiles() throws IOException {
        for (Map.Entry<String, byte[]> sample : samples().entrySet()) {
            assertThat(sample.getValue()).as(sample.getKey()).isEqualTo(file(sample.getKey()));
        }
    }

    @Test
    void aNewerVersionIsRefusedByName() throws IOException {
        for (Map.Entry<String, Form> form : FORMS.entrySet()) {
            byte[] bytes = file(form.getKey());
            for (byte version : new byte[] {0, 2, (byte) 200}) {
                bytes[0] = version;
                assertThatThrownBy(() -> form.getValue().rewrite(bytes))
                        .as(form.getKey())
                        .isInstanceOf(GroupFormatException.class)
                        .hasMessageContaining("version " + (version & 0xFF));
            }
        }
    }

    @Test
    void nothingIsTakenThatIsCutOffOrTooLong() throws IOException {
        for (Map.Entry<String, Form> form : FORMS.entrySet()) {
            byte[] bytes = file(form.getKey());
            for (int length = 0; length < bytes.length; length++) {
                // A new group with no knowledge at all is a form of its own.
                if (length > 0 || !form.getKey().equals("known")) {
                    byte[] part = Arrays.copyOf(bytes, length);
                    assertThatThrownBy(() -> form.getValue().rewrite(part))
                            .as(form.getKey() + " " + length)
                            .isInstanceOf(GroupFormatException.class);
                }
            }
            assertThatThrownBy(() -> form.getValue().rewrite(Arrays.copyOf(bytes, bytes.length + 1)))
                    .as(form.getKey())
                    .isInstanceOf(GroupFormatException.class);
        }
    }

    @Test
    void damageFailsInOneWayOnly() throws IOException {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        Random random = new Random(seed);
        for (Map.Entry<String, Form> form : FORMS.entrySet()) {
            byte[] whole = file(form.getKey());
            for (int i = 0; i < 4_000; i++) {
                byte[] damaged = whole.clone();
                for (int n = random.nextInt(1, 5); n > 0; n--) {
                    damaged[random.nextInt(damaged.length)] =
                            (byte) (random.nextBoolean() ? random.nextInt() : 1 << random.nextInt(8));
                }
                try {
                    form.getValue().rewrite(damaged);
                } catch (GroupFormatException expected) {
                    continue;
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(form.getKey() + ", seed " + seed + ", step " + i, e);
                }
            }
        }
    }

    @Test
    void aDamagedSnapshotThatIsTakenStillWorks() throws IOException {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] whole = file("snapshot");
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                QuotaGroup group = QuotaGroup.restore(damaged);
                new Speaker(group, "z", "account:c/a", LIMITS)
                        .waits(2, tokens(10))
                        .say(SECOND);
                group.counters();
                group.known(SECOND);
            } catch (GroupFormatException expected) {
                continue;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", step " + i, e);
            }
        }
    }

    private static final LimitSet LIMITS = new LimitSet(
            List.of(
                    per(Dimension.REQUESTS, 60, 60),
                    per(Dimension.TOKENS, 1L << 40, 60),
                    new Limit(Dimension.REQUESTS, 500, Duration.ofDays(1), "Asia/Shanghai")),
            8);

    private static Map<String, byte[]> samples() {
        QuotaGroup old = Speaker.founded();
        Speaker first = new Speaker(old, "a", "account:c/a", LIMITS);
        old.apply(new GroupOperation.Batch(
                0,
                Map.of("Asia/Shanghai", 20_000L),
                List.of(first.waits(3, tokens(500)).renewal())));
        first.written(Units.of(2, 1000, 0, 0, 0)).kept(tokens(500)).say(SECOND);
        first.written(tokens(500)).say(20 * SECOND);
        byte[] known = old.known(SECOND);

        QuotaGroup group = Speaker.founded(known, true, 2, true);
        Speaker a = new Speaker(group, "a", "account:c/a", LIMITS);
        Speaker b = new Speaker(group, "b", "key:k", LIMITS);
        Renewal renewal = b.written(tokens(7))
                .kept(Units.of(1, 2, 3, 4, 5))
                .refund(-5, tokens(9))
                .wanted(requests(3))
                .places(2, 1)
                .waits(1, 0, 5 * SECOND, tokens(700))
                .waits(-1, 2, 0, tokens(70_000))
                .saw(SECOND, requests(50), requests(20))
                .renewal();
        GroupOperation.Batch batch = new GroupOperation.Batch(
                25_000_000, Map.of("Asia/Shanghai", 20_001L, "UTC", 20_000L), List.of(a.renewal(), renewal));
        List<Answer> answers = group.apply(batch);
        a.restarted(2).waits(2, tokens(100)).say(30 * SECOND);
        a.written(tokens(100)).kept(tokens(100)).places(1, 0).say(SECOND);
        b.waits(16, tokens(10)).say(SECOND / 10);

        Map<String, byte[]> samples = new LinkedHashMap<>();
        samples.put("new-term", GroupCodec.encode(new GroupOperation.NewTerm("sluice-0#1.2")));
        samples.put("found", GroupCodec.encode(new GroupOperation.Found(known, true, 2, true)));
        samples.put("batch", GroupCodec.encode(batch));
        samples.put("close", GroupCodec.encode(new GroupOperation.Close()));
        samples.put("renewal", GroupCodec.encode(renewal));
        samples.put("answer", GroupCodec.encode(answers.get(1)));
        samples.put("counters", GroupCodec.encode(group.counters()));
        samples.put("snapshot", group.snapshot());
        samples.put("known", known);
        return samples;
    }
}
