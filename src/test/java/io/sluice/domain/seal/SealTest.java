package io.sluice.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sealed opens at its place, with its key, as it was, and not otherwise. */
class SealTest {
    private static final String PLACE = "channels/a /accounts/main/key";
    private static final Secret FIRST = key(1);
    private static final Secret SECOND = key(2);

    private final Random random = new Random(7);
    private final Entropy entropy = count -> {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    };

    private static Secret key(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return Secret.of(Base64.getEncoder().encodeToString(bytes));
    }

    private Seal seal(Secret... keys) {
        return new Seal(LocalMasterKeys.of(List.of(keys), entropy), entropy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sk-1", "密钥 🔑", "{\"a\":[1,2]}"})
    void opensWhatItSealed(String text) throws SealFailure {
        String sealed = seal(FIRST).seal(text, PLACE);

        assertThat(seal(FIRST).open(sealed, PLACE)).isEqualTo(text);
        assertThat(sealed).matches("v1\\.[0-9a-f]{12}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
        assertThat(text.isEmpty() || !sealed.contains(text)).isTrue();
    }

    @Test
    void sealsDifferentlyEachTime() throws SealFailure {
        Set<String> parts = new HashSet<>();
        Seal seal = seal(FIRST);
        for (int i = 0; i < 100; i++) {
            Stream.of(seal.seal("same", PLACE).split("\\.")).skip(2).forEach(parts::add);
        }

        assertThat(parts).hasSize(200);
    }

    /** Every bit of every part, the name of the key among them. */
    @Test
    void opensNothingThatWasChanged() throws SealFailure {
        Seal seal = seal(FIRST, SECOND);
        String sealed = seal.seal("sk-1", PLACE);
        for (int i = 0; i < sealed.length(); i++) {
            for (char other : new char[] {'A', 'b', '0', '.', '_'}) {
                String changed = sealed.substring(0, i) + other + sealed.substring(i + 1);
                if (!sameBytes(changed, sealed)) {
                    assertThatThrownBy(() -> seal.open(changed, PLACE))
                            .as(changed)
                            .isInstanceOf(SealFailure.class);
                }
            }
            String cut = sealed.substring(0, i);
            assertThatThrownBy(() -> seal.open(cut, PLACE)).as(cut).isInstanceOf(SealFailure.class);
        }
    }

    /** The last character of base64 may have bits that count for nothing. */
    private static boolean sameBytes(String a, String b) {
        String[] one = a.split("\\.", -1);
        String[] other = b.split("\\.", -1);
        return one.length == other.length
                && one[0].equals(other[0])
                && one[1].equals(other[1])
                && decoded(one[2]).equals(decoded(other[2]))
                && decoded(one[3]).equals(decoded(other[3]));
    }

    private static String decoded(String text) {
        try {
            return Base64.getEncoder().encodeToString(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return "none: " + text;
        }
    }

    @Test
    void opensNowhereElse() throws SealFailure {
        Seal seal = seal(FIRST);
        String here = seal.seal("sk-1", PLACE);
        String there = seal.seal("sk-2", "channels/b /accounts/main/key");

        assertThatThrownBy(() -> seal.open(there, PLACE)).isInstanceOf(SealFailure.class);
        assertThatThrownBy(() -> seal.renew(there, PLACE)).isInstanceOf(SealFailure.class);
        String[] mine = here.split("\\.");
        String[] other = there.split("\\.");
        assertThatThrownBy(() -> seal.open(String.join(".", mine[0], mine[1], mine[2], other[3]), PLACE))
                .isInstanceOf(SealFailure.class);
        assertThatThrownBy(() -> seal.open(String.join(".", mine[0], mine[1], other[2], mine[3]), PLACE))
                .isInstanceOf(SealFailure.class);
    }

    @Test
    void namesTheKeyThatIsMissing() throws SealFailure {
        String sealed = seal(FIRST).seal("sk-1", PLACE);
        String id = sealed.split("\\.")[1];

        assertThatThrownBy(() -> seal(SECOND).open(sealed, PLACE))
                .isInstanceOf(SealFailure.class)
                .hasMessageContaining("master key " + id)
                .hasMessageNotContaining(FIRST.reveal());
    }

    @Test
    void goesFromOneKeyToTheNext() throws SealFailure {
        Seal before = seal(FIRST);
        Seal between = seal(SECOND, FIRST);
        Seal after = seal(SECOND);
        String old = before.seal("sk-1", PLACE);

        assertThat(between.open(old, PLACE)).isEqualTo("sk-1");
        assertThat(between.isOld(old)).isTrue();
        String renewed = between.renew(old, PLACE);
        assertThat(between.isOld(renewed)).isFalse();
        assertThat(after.open(renewed, PLACE)).isEqualTo("sk-1");
        assertThatThrownBy(() -> before.open(renewed, PLACE)).isInstanceOf(SealFailure.class);
        assertThat(between.open(between.seal("sk-2", PLACE), PLACE)).isEqualTo("sk-2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "AAAA",
                "0123456789abcdef0123456789abcdef",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void takesKeysOf32BytesOnly(String text) {
        assertThatThrownBy(() -> LocalMasterKeys.checked(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl rand -base64 32")
                .hasMessageNotContaining(text + " ");
        assertThatCode(() -> LocalMasterKeys.checked(FIRST.reveal())).doesNotThrowAnyException();
    }
}
