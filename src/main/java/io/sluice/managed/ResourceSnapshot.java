package io.sluice.managed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.disk.PrivateFiles;
import io.sluice.store.ResourceRepository.Standing;
import io.sluice.store.ResourceRow;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows as a node knew them last, for a start without the database. Secrets stay sealed in it.
 *
 * @param standing how the table stood
 * @param rows all that are not deleted
 */
record ResourceSnapshot(Standing standing, List<ResourceRow> rows) {
    /** Its file in the data directory. */
    static final String FILE = "resources.snapshot";

    /** Nothing is known. */
    static final ResourceSnapshot EMPTY = new ResourceSnapshot(new Standing(0, 0), List.of());

    private static final int FORMAT = 1;
    private static final long MOST_BYTES = 256L << 20;

    /** Copies the list. */
    ResourceSnapshot {
        rows = List.copyOf(rows);
    }

    /**
     * Reads the file. Blocks.
     *
     * @param data the data directory
     * @return an empty one when there is no file
     * @throws IOException when it cannot be read, or is no snapshot
     */
    static ResourceSnapshot read(Path data) throws IOException {
        Path file = data.resolve(FILE);
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it is longer than " + MOST_BYTES + " bytes");
            }
            return parse(Documents.read(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return EMPTY;
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("it " + e.getMessage(), e);
        }
    }

    private static ResourceSnapshot parse(ObjectNode json) throws IOException {
        if (json.path("format").asInt() != FORMAT) {
            throw new IOException("it is of another version of this program");
        }
        List<ResourceRow> rows = new ArrayList<>();
        for (JsonNode row : json.path("rows")) {
            rows.add(new ResourceRow(
                    row.path("kind").asText(),
                    row.path("name").asText(),
                    row.path("document").asText(),
                    row.path("sealed").asText(),
                    row.path("version").asLong(),
                    row.path("changed").asLong(),
                    Instant.parse(row.path("updated-at").asText()),
                    row.path("updated-by").asText(),
                    false));
        }
        return new ResourceSnapshot(
                new Standing(
                        json.path("table-rows").asLong(),
                        json.path("last-change").asLong()),
                rows);
    }

    /**
     * Writes the file, whole or not at all, for its owner only. Blocks until it is on the disk.
     *
     * @param data the data directory; made when it is not there
     */
    void write(Path data) throws IOException {
        ObjectNode json = Documents.read("{}");
        json.put("format", FORMAT).put("table-rows", standing.rows()).put("last-change", standing.last());
        ArrayNode list = json.putArray("rows");
        for (ResourceRow row : rows) {
            list.addObject()
                    .put("kind", row.kind())
                    .put("name", row.name())
                    .put("document", row.document())
                    .put("sealed", row.sealed())
                    .put("version", row.version())
                    .put("changed", row.changed())
                    .put("updated-at", row.updatedAt().toString())
                    .put("updated-by", row.updatedBy());
        }
        Files.createDirectories(data, PrivateFiles.directory(data));
        Path fresh = data.resolve(FILE + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PrivateFiles.file(fresh));
        Files.write(fresh, json.toString().getBytes(UTF_8));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }
}
