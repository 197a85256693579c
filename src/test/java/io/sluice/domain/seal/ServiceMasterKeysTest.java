package io.sluice.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seals under keys of a service, which is asked as little as possible. */
class ServiceMasterKeysTest {
    private static final String PLACE = "channels/a /accounts/main/key";
    private static final Secret LOCAL = Secret.of("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

    private final Random random = new Random(7);
    private final Entropy entropy = count -> {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    };
    private final Map<String, byte[]> kept = new HashMap<>();
    private int wraps;
    private int unwraps;
    private boolean away;

    private final KeyService service = new KeyService() {
        @Override
        public String wrap(byte[] key) throws SealFailure {
            answer();
            String wrapped = "vault:v1:" + wraps++;
            kept.put(wrapped, key.clone());
            return wrapped;
        }

        @Override
        public byte[] unwrap(String wrapped) throws SealFailure {
            answer();
            unwraps++;
            byte[] key = kept.get(wrapped);
            if (key == null) {
                throw new SealFailure("refused");
            }
            return key;
        }

        private void answer() throws SealFailure {
            if (away) {
                throw new SealFailure("away", true);
            }
        }
    };

    /** As a process has them. */
    private MasterKeys keys() {
        return new ServiceMasterKeys("transit-sluice", service, entropy);
    }

    private Seal seal(MasterKeys keys) {
        return new Seal(keys, entropy);
    }

    @Test
    void aThousandSecretsAreTwoQuestions() throws SealFailure {
        Seal one = seal(keys());
        List<String> sealed = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sealed.add(one.seal("sk-" + i, PLACE));
        }
        assertThat(sealed).doesNotHaveDuplicates().allMatch(text -> text.startsWith("v1.transit-sluice."));
        Seal other = seal(keys());

        for (int i = 0; i < 1000; i++) {
            assertThat(other.open(sealed.get(i), PLACE)).isEqualTo("sk-" + i);
        }
        assertThat(one.open(sealed.getFirst(), PLACE)).isEqualTo("sk-0");

        assertThat(wraps).isEqualTo(1);
        assertThat(unwraps).isEqualTo(1);
    }

    @Test
    void whatIsOpenStaysOpenWhileTheServiceIsAway() throws SealFailure {
        Seal one = seal(keys());
        String sealed = one.seal("sk", PLACE);
        away = true;

        assertThat(one.open(sealed, PLACE)).isEqualTo("sk");
        assertThat(one.open(one.seal("new", PLACE), PLACE)).isEqualTo("new");
        assertThatThrownBy(() -> seal(keys()).open(sealed, PLACE))
                .isInstanceOfSatisfying(SealFailure.class, failure -> assertThat(failure.passes())
                        .isTrue());
        assertThatThrownBy(() -> seal(keys()).seal("sk", PLACE)).isInstanceOf(SealFailure.class);
        assertThatThrownBy(one::freshen).isInstanceOf(SealFailure.class);
        assertThat(one.isOld(sealed)).isFalse();
    }

    @Test
    void aRenewalLeavesOneKey() throws SealFailure {
        List<String> sealed = List.of(
                seal(keys()).seal("a", PLACE),
                seal(keys()).seal("b", PLACE),
                seal(keys()).seal("c", PLACE));
        Seal one = seal(keys());
        one.freshen();
        List<String> renewed = new ArrayList<>();
        for (String text : sealed) {
            assertThat(one.isOld(text)).isTrue();
            renewed.add(one.renew(text, PLACE));
        }
        assertThat(renewed).noneMatch(one::isOld);
        kept.keySet().removeIf(name -> !name.equals("vault:v1:3"));

        Seal other = seal(keys());
        assertThat(other.open(renewed.get(2), PLACE)).isEqualTo("c");
        assertThat(other.open(renewed.get(0), PLACE)).isEqualTo("a");
        assertThatThrownBy(() -> other.open(sealed.get(0), PLACE)).hasMessage("refused");
    }

    @Test
    void goesFromALocalKeyToTheServiceAndBack() throws SealFailure {
        MasterKeys local = LocalMasterKeys.of(List.of(LOCAL), entropy);
        String old = seal(local).seal("sk", PLACE);
        Seal there = seal(new MasterKeyChain(keys(), List.of(local)));
        assertThat(there.open(old, PLACE)).isEqualTo("sk");
        assertThat(there.isOld(old)).isTrue();

        String renewed = there.renew(old, PLACE);
        assertThat(renewed).startsWith("v1.transit-sluice.");
        assertThat(seal(keys()).open(renewed, PLACE)).isEqualTo("sk");
        assertThatThrownBy(() -> seal(local).open(renewed, PLACE)).hasMessageContaining("transit-sluice");

        Seal back = seal(new MasterKeyChain(local, List.of(keys())));
        assertThat(back.isOld(renewed)).isTrue();
        assertThat(seal(local).open(back.renew(renewed, PLACE), PLACE)).isEqualTo("sk");
        assertThatThrownBy(() -> back.open(renewed.replace("transit-sluice", "transit-other"), PLACE))
                .hasMessageContaining("transit-other");
    }

    @Test
    void opensNowhereElse() throws SealFailure {
        Seal one = seal(keys());
        String here = one.seal("a", PLACE);
        String[] mine = here.split("\\.");
        String[] other = one.seal("b", "elsewhere").split("\\.");

        assertThatThrownBy(() -> one.open(here, "elsewhere")).isInstanceOf(SealFailure.class);
        assertThatThrownBy(() -> one.open(String.join(".", mine[0], mine[1], other[2], mine[3]), PLACE))
                .isInstanceOf(SealFailure.class);
        for (String wrapped : List.of("AA", "AAAA", "__8", "ACB2YXVsdDp2MTow")) {
            assertThatThrownBy(() -> one.open(String.join(".", mine[0], mine[1], wrapped, mine[3]), PLACE))
                    .isInstanceOf(SealFailure.class)
                    .hasMessageContaining("not in the form");
        }
    }
}
