package io.sluice.config;

import io.sluice.config.YamlNode.Entry;
import io.sluice.config.YamlNode.Mapping;
import io.sluice.config.YamlNode.Scalar;
import io.sluice.config.YamlNode.Sequence;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads one file into nodes with positions. Composes from SnakeYAML's parse events, so that no type is ever guessed and
 * no class named: tags, doubled keys, a second document and more than {@link #MAX_DEPTH} levels are errors with their
 * line; an alias may not stand inside an anchored value, which leaves aliases useful and bombs impossible.
 */
final class YamlReader {
    /** Most bytes of a file. */
    static final int MAX_BYTES = 3 * 1024 * 1024;

    static final int MAX_DEPTH = 50;
    static final int MAX_ALIASES = 50;

    private final String file;
    private final Findings findings;
    private final String[] lines;
    private final ParserImpl parser;
    private final Map<String, YamlNode> anchors = new HashMap<>();
    private Place last;
    private int aliases;
    private int insideAnchors;

    private YamlReader(String file, String text, Findings findings) {
        this.file = file;
        this.findings = findings;
        this.lines = text.split("\r\n|\n|\r", -1);
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        this.parser = new ParserImpl(new StreamReader(text), options);
        this.last = Place.of(file);
    }

    /**
     * Reads a file.
     *
     * @param file its name, for errors
     * @param bytes its content
     * @param findings takes what is wrong
     * @return its top-level mapping, empty when the file says nothing; null when it cannot be read at all
     */
    static @Nullable Mapping read(String file, byte[] bytes, Findings findings) {
        if (bytes.length > MAX_BYTES) {
            findings.error(Place.of(file), "is larger than 3 MiB");
            return null;
        }
        String text = decode(file, bytes, findings);
        if (text == null) {
            return null;
        }
        YamlReader reader = new YamlReader(file, text, findings);
        try {
            return reader.document();
        } catch (Refused e) {
            findings.error(e.place, e.reason);
        } catch (MarkedYAMLException e) {
            reader.syntax(e);
        } catch (YAMLException e) {
            // The scanner knows a few faults without a position; the last good one is close.
            findings.error(reader.last, "is not YAML behind this: " + e.getMessage());
        }
        return null;
    }

    private static @Nullable String decode(String file, byte[] bytes, Findings findings) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        boolean malformed =
                StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
        String text = out.flip().toString();
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (c == '\n') {
                line++;
                column = 1;
                continue;
            }
            if (!StreamReader.isPrintable(c)) {
                findings.error(
                        new Place(file, line, column, ""),
                        "holds the unprintable character U+%04X; files are UTF-8 text".formatted(c));
                return null;
            }
            column++;
        }
        if (malformed) {
            findings.error(new Place(file, line, column, ""), "is not UTF-8 from here on");
            return null;
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private @Nullable Mapping document() {
        next();
        if (parser.checkEvent(Event.ID.StreamEnd)) {
            return Mapping.empty(1, 1);
        }
        next();
        YamlNode root = node(next(), 1);
        next();
        Event next = next();
        if (!next.is(Event.ID.StreamEnd)) {
            throw new Refused(place(next), "a second document begins here; write one document a file");
        }
        if (root instanceof Mapping mapping) {
            return mapping;
        }
        if (root instanceof Scalar scalar && scalar.isEmpty()) {
            return Mapping.empty(1, 1);
        }
        throw new Refused(
                new Place(file, root.line(), root.column(), ""), "is not a mapping; write 'key: value' lines");
    }

    private YamlNode node(Event event, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refused(place(event), "is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (event instanceof AliasEvent alias) {
            return resolve(alias);
        }
        refuseTag(event);
        String anchor = ((NodeEvent) event).getAnchor();
        if (anchor != null) {
            insideAnchors++;
        }
        int line = event.getStartMark().getLine() + 1;
        int column = event.getStartMark().getColumn() + 1;
        YamlNode node = event instanceof ScalarEvent scalar
                ? new Scalar(scalar.getValue(), scalar.isPlain(), line, column)
                : event.is(Event.ID.SequenceStart) ? sequence(line, column, depth) : mapping(line, column, depth);
        if (anchor != null) {
            insideAnchors--;
            anchors.put(anchor, node);
        }
        return node;
    }

    private Sequence sequence(int line, int column, int depth) {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = next(); !event.is(Event.ID.SequenceEnd); event = next()) {
            items.add(node(event, depth + 1));
        }
        return new Sequence(List.copyOf(items), line, column);
    }

    private Mapping mapping(int line, int column, int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Event event = next(); !event.is(Event.ID.MappingEnd); event = next()) {
            Place at = place(event);
            if (!(node(event, depth + 1) instanceof Scalar key)) {
                throw new Refused(at, "a key is text; put quotes around ${…} inside { }");
            }
            YamlNode value = node(next(), depth + 1);
            Entry first = entries.putIfAbsent(key.text(), new Entry(key, value));
            if (first != null) {
                findings.error(
                        at,
                        "'" + key.text() + "' stands here and in line "
                                + first.key().line() + "; remove one of them");
            }
        }
        return new Mapping(entries, line, column);
    }

    private YamlNode resolve(AliasEvent alias) {
        if (insideAnchors > 0) {
            throw new Refused(place(alias), "an alias inside an anchored value is refused; write the value out");
        }
        if (++aliases > MAX_ALIASES) {
            throw new Refused(place(alias), "more than " + MAX_ALIASES + " aliases");
        }
        YamlNode node = anchors.get(alias.getAnchor());
        if (node == null) {
            throw new Refused(place(alias), "the anchor '" + alias.getAnchor() + "' is not defined before this line");
        }
        return node;
    }

    private void refuseTag(Event event) {
        String tag = event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof CollectionStartEvent collection ? collection.getTag() : null;
        if (tag != null) {
            throw new Refused(place(event), "tags are refused; remove the word that begins with '!'");
        }
    }

    private void syntax(MarkedYAMLException e) {
        Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        String problem = e.getProblem() == null ? "is not YAML" : e.getProblem();
        if (problem.contains("TAB")) {
            problem = "a tab cannot indent; use spaces";
        } else if (mark.getLine() < lines.length && lines[mark.getLine()].contains("${")) {
            problem += "; put quotes around ${…} inside { } and [ ]";
        }
        findings.error(new Place(file, mark.getLine() + 1, mark.getColumn() + 1, ""), problem);
    }

    private Event next() {
        Event event = parser.getEvent();
        last = place(event);
        return event;
    }

    private Place place(Event event) {
        return new Place(
                file, event.getStartMark().getLine() + 1, event.getStartMark().getColumn() + 1, "");
    }

    /** Ends the reading of a file. */
    private static final class Refused extends RuntimeException {
        private final transient Place place;
        private final String reason;

        Refused(Place place, String reason) {
            super(reason, null, false, false);
            this.place = place;
            this.reason = reason;
        }
    }
}
