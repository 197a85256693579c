package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.domain.Glob;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {
    private static final String TEXT = "sk-test-0123456789abcdef";

    private static VirtualKey key(String name, String text, String... models) {
        List<Glob> globs = List.of(models).stream().map(Glob::new).toList();
        return new VirtualKey(name, KeyHash.ofKey(text)).with(KeyRights.ALL.withModels(globs, List.of()));
    }

    @Test
    void findsAKeyByTheHashOfItsWholeText() {
        KeyRing ring = new KeyRing(List.of(key("a", TEXT), key("b", TEXT + "x")));

        assertThat(ring.find(KeyHash.ofKey(TEXT)).orElseThrow().name()).isEqualTo("a");
        assertThat(ring.find(KeyHash.ofKey(TEXT + "x")).orElseThrow().name()).isEqualTo("b");
        assertThat(ring.named("b").orElseThrow().name()).isEqualTo("b");
        assertThat(ring.named("c")).isEmpty();
        assertThat(ring.all()).extracting(VirtualKey::name).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sk-test-0123456789abcde",
                "sk-test-0123456789abcdeF",
                "SK-TEST-0123456789ABCDEF",
                "sk-test-0123456789abcdef ",
                "sk-test-0123456789abcdeg"
            })
    void findsNothingForAKeyThatLooksAlike(String other) {
        assertThat(new KeyRing(List.of(key("a", TEXT))).find(KeyHash.ofKey(other)))
                .isEmpty();
    }

    @Test
    void refusesOneKeyUnderTwoNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyRing(List.of(key("a", TEXT), key("b", TEXT))))
                .withMessageContaining("'a'")
                .withMessageContaining("'b'")
                .withMessageNotContaining(TEXT);
    }

    @Test
    void hashIsSha256InHex() {
        KeyHash hash = KeyHash.ofKey("abc");

        assertThat(hash.hex()).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(KeyHash.ofHex(hash.hex())).isEqualTo(hash).hasSameHashCodeAs(hash);
        assertThat(KeyHash.ofHex(hash.hex().toUpperCase(java.util.Locale.ROOT))).isEqualTo(hash);
        assertThat(hash).isNotEqualTo(KeyHash.ofKey("abd")).hasToString("sha256:ba7816bf8f01…");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ba78",
                "zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad00"
            })
    void hashThatIsNotOneIsRefused(String hex) {
        assertThatIllegalArgumentException().isThrownBy(() -> KeyHash.ofHex(hex));
    }

    @Test
    void keyWithoutModelsMayUseAll() {
        assertThat(key("a", TEXT).allows("anything")).isTrue();
        assertThat(key("a", TEXT, "gpt-4o*", "text-*").allows("text-embedding-3"))
                .isTrue();
        assertThat(key("a", TEXT, "gpt-4o*", "text-*").allows("o1")).isFalse();
    }
}
