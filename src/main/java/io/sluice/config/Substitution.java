package io.sluice.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts values in the place of {@code ${env:NAME}} and {@code ${file:path}}, once: what comes in is not looked at again.
 * Errors name the place and the reference, never a value. Keeps what it read, for the revision's hash and the watch.
 */
final class Substitution {
    /** Most bytes of a secret file. */
    static final int MAX_SECRET = 64 * 1024;

    /** Most bytes of a key file. */
    static final int MAX_KEYS_FILE = 1024 * 1024;

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(?:(env|file):([^${}]+)})?");

    private static final String INLINE = "-----BEGIN ";

    private final @Nullable ReferenceSource source;
    private final Findings findings;
    private final SortedMap<String, String> values = new TreeMap<>();
    private final Set<Path> files = new HashSet<>();
    private final Set<Path> worldReadable = new HashSet<>();

    /**
     * Nothing is read yet.
     *
     * @param source where values come from; null for texts that must not refer to anything: what comes through the API
     *     would read the machine's files and environment
     */
    Substitution(@Nullable ReferenceSource source, Findings findings) {
        this.source = source;
        this.findings = findings;
    }

    /** Whether nothing may be referred to. */
    boolean isClosed() {
        return source == null;
    }

    /** Whether a text refers to anything. */
    static boolean isReference(String text) {
        return text.contains("${");
    }

    /** The text with its references resolved; null when one cannot be, which is then an error of the place. */
    @Nullable
    String resolve(String text, Place place) {
        if (!isReference(text)) {
            return text;
        }
        if (source == null) {
            findings.error(place, "holds '${'; references are read in files only, send the value itself");
            return null;
        }
        StringBuilder resolved = new StringBuilder();
        Matcher reference = REFERENCE.matcher(text);
        boolean complete = true;
        while (reference.find()) {
            String value = null;
            if (reference.group(1) == null) {
                findings.error(place, "'${' begins a reference; write ${env:NAME} or ${file:path}");
            } else {
                String kind = reference.group(1);
                String name = reference.group(2);
                value = kind.equals("env") ? environment(source, name, place) : file(name, place);
            }
            complete &= value != null;
            reference.appendReplacement(resolved, value == null ? "" : Matcher.quoteReplacement(value));
        }
        reference.appendTail(resolved);
        return complete ? resolved.toString() : null;
    }

    private @Nullable String environment(ReferenceSource from, String name, Place place) {
        String value = from.environment(name);
        if (value == null) {
            findings.error(place, "the environment variable " + name + " is not set");
            return null;
        }
        if (value.isBlank()) {
            findings.error(place, "the environment variable " + name + " is empty");
            return null;
        }
        values.put("env:" + name, value);
        return value;
    }

    private @Nullable String file(String name, Place place) {
        String value = text(name, MAX_SECRET, place);
        if (value == null) {
            return null;
        }
        String line = value.endsWith("\r\n")
                ? value.substring(0, value.length() - 2)
                : value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
        if (line.isBlank()) {
            findings.error(place, "the file " + name + " is empty");
            return null;
        }
        return line;
    }

    /**
     * The text of a file with secrets in it, a byte order mark taken off.
     *
     * @return null when it cannot be read, which is then an error of the place
     */
    @Nullable
    String text(String name, int maxBytes, Place place) {
        return text(name, maxBytes, place, true);
    }

    /**
     * The text of a file, a byte order mark taken off.
     *
     * @param secret whether every user of the machine being able to read it is worth a warning
     * @return null when it cannot be read, which is then an error of the place
     */
    @Nullable
    String text(String name, int maxBytes, Place place, boolean secret) {
        if (source == null) {
            return inline(name, place);
        }
        try {
            Path path = source.path(name);
            files.add(path);
            byte[] bytes = source.read(path, maxBytes);
            if (secret && source.isWorldReadable(path) && worldReadable.add(path)) {
                findings.warning(
                        place, "the file " + name + " may be read by every user of this machine; chmod 600 it");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            text = text.startsWith("\uFEFF") ? text.substring(1) : text;
            values.put("file:" + name, text);
            return text;
        } catch (CharacterCodingException e) {
            findings.error(place, "the file " + name + " is not UTF-8 text");
        } catch (IOException e) {
            findings.error(place, "the file " + name + " " + e.getMessage());
        } catch (InvalidPathException e) {
            findings.error(place, "'" + name + "' is not a path");
        }
        return null;
    }

    /** A file that something else will read: it must exist now. */
    @Nullable
    Path existing(String name, Place place) {
        if (source == null) {
            return elsewhere(place);
        }
        try {
            Path path = source.path(name);
            files.add(path);
            source.read(path, MAX_KEYS_FILE);
            return path;
        } catch (IOException e) {
            findings.error(place, "the file " + name + " " + e.getMessage());
        } catch (InvalidPathException e) {
            findings.error(place, "'" + name + "' is not a path");
        }
        return null;
    }

    /** What stands in the place of a file's name is what the file would hold. */
    private @Nullable String inline(String text, Place place) {
        return text.startsWith(INLINE) ? text : elsewhere(place);
    }

    private <T> @Nullable T elsewhere(Place place) {
        findings.error(
                place, "names a file; files are named in files only, send what it holds (PEM text, one key each)");
        return null;
    }

    /** Every reference that was resolved, and what came of it. */
    SortedMap<String, String> values() {
        return values;
    }

    /** Every file that was named, whether it could be read or not: a missing one may appear. */
    Set<Path> files() {
        return files;
    }
}
