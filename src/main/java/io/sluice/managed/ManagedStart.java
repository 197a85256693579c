package io.sluice.managed;

import io.sluice.config.StoredEntry;
import io.sluice.config.StoredEntry.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node knows of managed configuration before it has asked the store.
 *
 * @param data the data directory, where the copy is kept
 * @param snapshot the copy
 * @param entries what it says
 */
public record ManagedStart(Path data, ResourceSnapshot snapshot, List<StoredEntry> entries) {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedStart.class);

    /** Copies the list. */
    public ManagedStart {
        entries = List.copyOf(entries);
    }

    /** Without any copy. */
    public static ManagedStart none(Path data) {
        return new ManagedStart(data, ResourceSnapshot.EMPTY, List.of());
    }

    /**
     * Reads the copy on disk. Blocks. One that cannot be read is as none: the store has it all.
     *
     * @param data the data directory
     * @param secrets opens it
     */
    public static ManagedStart read(Path data, ManagedSecrets secrets) {
        try {
            ResourceSnapshot snapshot = ResourceSnapshot.read(data);
            return new ManagedStart(
                    data,
                    snapshot,
                    snapshot.rows().stream()
                            .filter(row -> Kind.ofWord(row.kind()).isPresent())
                            .map(secrets::open)
                            .toList());
        } catch (IOException e) {
            LOG.warn(
                    "{} is put aside, the store has what it should say: {}",
                    data.resolve(ResourceSnapshot.FILE),
                    e.getMessage());
            return none(data);
        }
    }
}
