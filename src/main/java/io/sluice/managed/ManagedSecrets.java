package io.sluice.managed;

import io.sluice.config.StoredEntry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.seal.Seal;
import io.sluice.domain.seal.SealFailure;
import io.sluice.managed.Documents.Joined;
import io.sluice.managed.Documents.Split;
import io.sluice.store.ResourceRow;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Seals and opens the secrets of rows. Blocks as far as the master keys do; safe on any thread. */
public final class ManagedSecrets {
    private final @Nullable Seal seal;

    /**
     * The secrets of one installation.
     *
     * @param seal null when the node has no master key: secrets can be neither sealed nor opened then
     */
    public ManagedSecrets(@Nullable Seal seal) {
        this.seal = seal;
    }

    /**
     * What a row says, with its secrets.
     *
     * @param row of an entry that is not deleted, and of a kind that this program knows
     * @return with a problem when a secret cannot be opened
     */
    public StoredEntry open(ResourceRow row) {
        return open(row, null);
    }

    /**
     * The same; an entry that cannot be opened for a while stays what it was.
     *
     * @param row of an entry that is not deleted, and of a kind that this program knows
     * @param before what the row said before it changed; null for nothing
     * @return what it said before, to the letter, when a key service does not answer; with a problem when a secret cannot be opened otherwise
     */
    StoredEntry open(ResourceRow row, @Nullable StoredEntry before) {
        Kind kind = Kind.ofWord(row.kind())
                .orElseThrow(() -> new IllegalArgumentException("rows of the kind " + row.kind() + " are not known"));
        try {
            Joined joined = Documents.join(kind, row.document(), secrets(row));
            String problem = joined.missing().isEmpty()
                    ? null
                    : "the secret " + joined.missing().getFirst() + " is not in the store; set it again";
            return new StoredEntry(kind, row.name(), row.version(), joined.document(), problem);
        } catch (SealFailure e) {
            return e.passes() && before != null && before.problem() == null ? before : sealed(kind, row, e);
        } catch (IllegalArgumentException e) {
            return sealed(kind, row, e);
        }
    }

    private static StoredEntry sealed(Kind kind, ResourceRow row, Exception cause) {
        return new StoredEntry(
                kind, row.name(), row.version(), row.document(), "a secret cannot be opened: " + cause.getMessage());
    }

    /**
     * Begins to seal under the newest master key there is.
     *
     * @throws SealFailure when a key service does not answer
     */
    void freshen() throws SealFailure {
        if (seal != null) {
            seal.freshen();
        }
    }

    /**
     * The secrets of a row, by path.
     *
     * @throws SealFailure when one cannot be opened
     */
    public Map<String, String> secrets(ResourceRow row) throws SealFailure {
        return opened(row.kind(), row.name(), row.sealed());
    }

    /**
     * Sealed secrets of an entry, by path.
     *
     * @param sealed JSON text of an object
     * @throws SealFailure when one cannot be opened
     */
    Map<String, String> opened(Kind kind, String name, String sealed) throws SealFailure {
        return opened(kind.word(), name, sealed);
    }

    private Map<String, String> opened(String kind, String name, String sealed) throws SealFailure {
        Map<String, String> secrets = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : Documents.texts(sealed).entrySet()) {
            secrets.put(each.getKey(), seal().open(each.getValue(), place(kind, name, each.getKey())));
        }
        return secrets;
    }

    /**
     * Seals what was taken out of a document.
     *
     * @return JSON text for {@link ResourceRow#sealed}
     * @throws SealFailure when there is no master key, or it does not answer
     */
    public String seal(Kind kind, String name, Split split) throws SealFailure {
        Map<String, String> sealed = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : split.secrets().entrySet()) {
            sealed.put(each.getKey(), seal().seal(each.getValue(), place(kind.word(), name, each.getKey())));
        }
        return Documents.object(sealed);
    }

    /**
     * Wraps everything under the newest master key.
     *
     * @return JSON text for {@link ResourceRow#sealed}; null when it is so already
     * @throws SealFailure when a master key is not here
     */
    public @Nullable String renew(ResourceRow row) throws SealFailure {
        Map<String, String> sealed = Documents.texts(row.sealed());
        if (sealed.isEmpty() || sealed.values().stream().noneMatch(seal()::isOld)) {
            return null;
        }
        Map<String, String> renewed = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : sealed.entrySet()) {
            renewed.put(each.getKey(), seal().renew(each.getValue(), place(row.kind(), row.name(), each.getKey())));
        }
        return Documents.object(renewed);
    }

    private Seal seal() throws SealFailure {
        if (seal == null) {
            throw new SealFailure("this node has no master key; set store.master-key");
        }
        return seal;
    }

    /** What a sealed secret is bound to: rows and fields cannot be exchanged. */
    private static String place(String kind, String name, String path) {
        return "sluice resource\n" + kind + "\n" + name + "\n" + path;
    }
}
