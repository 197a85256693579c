package io.sluice.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoredEntry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.Secret;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.seal.LocalMasterKeys;
import io.sluice.domain.seal.Seal;
import io.sluice.domain.seal.SealFailure;
import io.sluice.store.ResourceRow;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows at rest: what opens, and what is told when it does not. */
class ManagedSecretsTest {
    private static final String WHOLE =
            "{\"accounts\":[{\"name\":\"a\",\"key\":\"canary-1\"},{\"name\":\"b\",\"key\":\"canary-2\"}]}";

    private final Random random = new Random(3);
    private final Entropy entropy = count -> {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    };
    private final Secret first = key();
    private final Secret second = key();
    private final ManagedSecrets secrets = with(first);

    private Secret key() {
        return Secret.of(Base64.getEncoder().encodeToString(entropy.bytes(32)));
    }

    private ManagedSecrets with(Secret... keys) {
        return new ManagedSecrets(new Seal(LocalMasterKeys.of(List.of(keys), entropy), entropy));
    }

    private ResourceRow row(String name, String sealed) {
        String bare = Documents.split(Kind.CHANNEL, WHOLE).document();
        return new ResourceRow("channels", name, bare, sealed, 5, 6, Instant.EPOCH, "owner", false);
    }

    private ResourceRow sealed(String name) throws SealFailure {
        return row(name, secrets.seal(Kind.CHANNEL, name, Documents.split(Kind.CHANNEL, WHOLE)));
    }

    @Test
    void opensWhatItSealed() throws SealFailure {
        ResourceRow row = sealed("x");

        assertThat(row.sealed()).doesNotContain("canary").contains("/accounts/a/key", "/accounts/b/key");
        assertThat(secrets.open(row)).isEqualTo(new StoredEntry(Kind.CHANNEL, "x", 5, WHOLE, null));
    }

    @Test
    void opensNoSecretOfAnotherRowOrField() throws SealFailure {
        ResourceRow row = sealed("x");
        String swapped = row.sealed()
                .replace("/accounts/a/key", "?")
                .replace("/accounts/b/key", "/accounts/a/key")
                .replace("?", "/accounts/b/key");

        for (ResourceRow wrong : List.of(row("y", row.sealed()), row("x", swapped))) {
            assertThat(secrets.open(wrong).problem())
                    .isEqualTo(
                            "a secret cannot be opened: the sealed text was changed, belongs elsewhere, or is of another key");
            assertThat(secrets.open(wrong).document()).doesNotContain("canary");
        }
    }

    @Test
    void tellsWhatIsMissing() throws SealFailure {
        assertThat(secrets.open(row("x", "{}")).problem())
                .isEqualTo("the secret /accounts/a/key is not in the store; set it again");
        assertThat(with(second).open(sealed("x")).problem()).contains("it is sealed under the master key ");
        assertThat(new ManagedSecrets(null).open(sealed("x")).problem()).contains("set store.master-key");
        assertThat(new ManagedSecrets(null)
                        .open(new ResourceRow("teams", "t", "{}", "{}", 1, 1, Instant.EPOCH, "o", false))
                        .problem())
                .isNull();
        assertThatThrownBy(() -> new ManagedSecrets(null).seal(Kind.CHANNEL, "x", Documents.split(Kind.CHANNEL, WHOLE)))
                .isInstanceOf(SealFailure.class);
    }

    @Test
    void goesOnUnderANewKey() throws SealFailure {
        ResourceRow row = sealed("x");

        String renewed = with(second, first).renew(row);

        assertThat(renewed).isNotNull();
        assertThat(with(second).open(row("x", renewed)).document()).isEqualTo(WHOLE);
        assertThat(with(second, first).renew(row("x", renewed))).isNull();
        assertThat(secrets.renew(row)).isNull();
        assertThat(new ManagedSecrets(null).renew(row("x", "{}"))).isNull();
        assertThatThrownBy(() -> with(second).renew(row)).isInstanceOf(SealFailure.class);
    }
}
