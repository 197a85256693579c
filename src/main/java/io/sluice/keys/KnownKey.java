package io.sluice.keys;

import io.sluice.domain.key.KeyCredential;
import io.sluice.store.StoredKey;
import io.sluice.store.StoredKey.State;
import java.util.List;

/**
 * Of a stored key what a node needs. A key that is gone is not known.
 *
 * @param name its name
 * @param definition JSON; one text for all keys that say the same
 * @param disabled whether it is refused for now
 * @param credentials what it is known by
 * @param chosen whether a person chose a text of it
 */
record KnownKey(String name, String definition, boolean disabled, List<KeyCredential> credentials, boolean chosen) {
    KnownKey {
        credentials = List.copyOf(credentials);
    }

    static KnownKey of(StoredKey stored) {
        return new KnownKey(
                stored.name(),
                stored.definition(),
                stored.state() != State.ACTIVE,
                stored.credentials().stream()
                        .map(StoredKey.Credential::forLookUp)
                        .toList(),
                stored.credentials().stream().anyMatch(StoredKey.Credential::chosen));
    }

    KnownKey saying(String sameDefinition) {
        return new KnownKey(name, sameDefinition, disabled, credentials, chosen);
    }
}
