package io.sluice.domain.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredIdsTest {
    private static final Secret OLD = Secret.of("an-old-secret-of-thirty-two-bytes-or-more");
    private static final Secret NEW = Secret.of("a-new-secret-of-thirty-two-bytes-or-more");
    private static final StoredId ID = new StoredId("openai/team-a", "resp_0123456789abcdef0123456789abcdef");
    private static final StoredIds IDS = new StoredIds(List.of(OLD));

    @Property(seed = "1", tries = 300)
    void openToTheSameForTheSameKeyAlone(
            @ForAll("names") String key,
            @ForAll("names") String other,
            @ForAll("names") String account,
            @ForAll("upstreams") String upstream) {
        StoredId id = new StoredId(account, upstream);

        String sealed = IDS.seal(key, id);

        assertThat(sealed).matches("resp_[A-Za-z0-9_-]+").hasSizeLessThanOrEqualTo(StoredIds.LONGEST);
        assertThat(IDS.open(key, sealed)).isEqualTo(id);
        assertThat(IDS.seal(key, id)).isEqualTo(sealed);
        if (!other.equals(key)) {
            assertThat(IDS.open(other, sealed)).isNull();
            assertThat(IDS.seal(other, id)).isNotEqualTo(sealed);
        }
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .alpha()
                .numeric()
                .withChars("._@+/-é漢".toCharArray())
                .ofMinLength(1)
                .ofMaxLength(129);
    }

    @Provide
    Arbitrary<String> upstreams() {
        return Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(StoredId.MAX_UPSTREAM);
    }

    @Test
    void requestsAreMarkedBySecret() {
        StoredIds old = new StoredIds(List.of(Secret.of("o".repeat(32))));
        StoredIds both = new StoredIds(List.of(Secret.of("n".repeat(32)), Secret.of("o".repeat(32))));

        assertThat(both.requestMarks("a"))
                .hasSize(2)
                .last()
                .isEqualTo(old.requestMarks("a").getFirst());
        assertThat(both.requestMarks("a").getFirst())
                .isNotEqualTo(old.requestMarks("a").getFirst());
        assertThat(both.requestMarks("b").getFirst())
                .isNotEqualTo(both.requestMarks("a").getFirst());
    }

    @Test
    void openToNothingWithAnyBitChanged() {
        byte[] sealed = Base64.getUrlDecoder().decode(IDS.seal("app", ID).substring(StoredIds.PREFIX.length()));
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] forged = sealed.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);

            assertThat(IDS.open("app", id(forged))).as("bit %d", bit).isNull();
        }
    }

    @Test
    void openToNothingWithAnyCharacterChangedCutOrAdded() {
        String sealed = IDS.seal("app", ID);
        for (int i = 0; i < sealed.length(); i++) {
            for (char c : "A_z9=.".toCharArray()) {
                if (sealed.charAt(i) != c) {
                    assertThat(IDS.open("app", sealed.substring(0, i) + c + sealed.substring(i + 1)))
                            .isNull();
                }
            }
            assertThat(IDS.open("app", sealed.substring(0, i))).isNull();
        }
        assertThat(IDS.open("app", sealed + "A")).isNull();
        assertThat(IDS.open("app", sealed + "=")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "resp_",
                "resp_AQ",
                "resp_0123456789abcdef0123456789abcdef",
                "resp_ä",
                "resp_\u0000",
                "chatcmpl-1",
                "RESP_AAAA"
            })
    void openToNothingWhenTheyAreNone(String id) {
        assertThat(IDS.open("app", id)).isNull();
    }

    @Test
    void openToNothingWhenTheyAreEndless() {
        assertThat(IDS.open("app", "resp_" + "A".repeat(1_000_000))).isNull();
    }

    @Test
    void ofAnotherInstallationAreUnknown() {
        assertThat(new StoredIds(List.of(NEW)).open("app", IDS.seal("app", ID))).isNull();
    }

    @Test
    void areSealedByTheFirstSecretAndOpenedByAll() {
        StoredIds both = new StoredIds(List.of(NEW, OLD));

        assertThat(both.open("app", IDS.seal("app", ID))).isEqualTo(ID);
        assertThat(both.seal("app", ID)).isEqualTo(new StoredIds(List.of(NEW)).seal("app", ID));
        assertThat(IDS.open("app", both.seal("app", ID))).isNull();
    }

    @Test
    void tellNothingOfTheAccount() {
        String a = IDS.seal("app", ID);
        String b = IDS.seal("app", new StoredId("openai/team-b", ID.upstream()));

        // Behind the version not even the beginnings agree, though the plain texts do.
        assertThat(a.substring(5, 30)).isNotEqualTo(b.substring(5, 30));
        assertThat(new String(
                        Base64.getUrlDecoder().decode(a.substring(5)), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("team-a", "resp_0");
    }

    @Test
    void needOneToEightSecrets() {
        assertThatThrownBy(() -> new StoredIds(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StoredIds(Collections.nCopies(9, OLD)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new StoredIds(List.of(NEW, OLD)).fingerprints())
                .containsExactly(NEW.fingerprint(), OLD.fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a?b", "a#b", "a b", "a%2fb", "a\"b", "-a", "é"})
    void arePathSafe(String upstream) {
        assertThat(StoredId.isFit(upstream)).isFalse();
    }

    @Test
    void ofProvidersAreTakenUpToALength() {
        assertThat(StoredId.isFit("resp_68-a.b~c:d=")).isTrue();
        assertThat(StoredId.isFit("a".repeat(StoredId.MAX_UPSTREAM))).isTrue();
        assertThat(StoredId.isFit("a".repeat(StoredId.MAX_UPSTREAM + 1))).isFalse();
    }

    private static String id(byte[] sealed) {
        return StoredIds.PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }
}
