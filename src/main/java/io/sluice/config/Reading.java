package io.sluice.config;

import io.sluice.config.YamlNode.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One load: what it found, what it resolved, which options were asked for. Used by one thread. */
final class Reading {
    private final Findings findings = new Findings();
    private final Substitution substitution;
    private final List<Section> sections = new ArrayList<>();
    private final Map<String, Option> options = new LinkedHashMap<>();
    private boolean complete = true;

    Reading(ReferenceSource source) {
        this.substitution = new Substitution(source, findings);
    }

    private Reading() {
        this.substitution = new Substitution(null, findings);
    }

    /** For an entry that is managed by API: it refers to nothing, and what must be in files is told so. */
    static Reading ofStore() {
        return new Reading();
    }

    /** Whether this reads an entry that is managed by API. */
    boolean isOfStore() {
        return substitution.isClosed();
    }

    Findings findings() {
        return findings;
    }

    Substitution substitution() {
        return substitution;
    }

    /** Whether every file could be read, so that what is not there is missing and not just unread. */
    boolean isComplete() {
        return complete;
    }

    /** The options that the readers asked for so far, by path. */
    Map<String, Option> options() {
        return options;
    }

    /** The top of a file; empty when the file cannot be read, which is then an error. */
    Section open(String file, ConfigFiles.Content content) {
        Mapping root = null;
        findings.file(file);
        if (content.problem() != null) {
            findings.error(Place.of(file), content.problem());
        } else {
            root = YamlReader.read(file, content.bytes(), findings);
        }
        complete &= root != null;
        return root == null
                ? new Section(this, Mapping.empty(0, 0), Place.of(file), "", false)
                : new Section(this, root, new Place(file, root.line(), root.column(), ""), "", true);
    }

    /** The top of a stored entry; empty when it cannot be read, which is then an error. */
    Section open(StoredEntry stored) {
        Mapping document = Mapping.empty(0, 0);
        try {
            document = StoredOverlay.document(stored);
        } catch (IllegalArgumentException e) {
            findings.error(Place.of(stored.file()), String.valueOf(e.getMessage()));
        }
        return new Section(
                this, document, Place.of(stored.file()), stored.kind().schema(), true);
    }

    void opened(Section section) {
        sections.add(section);
    }

    void declare(Option option) {
        options.putIfAbsent(option.path(), option);
    }

    /** Reports every key that nobody asked for; called when all readers are through. */
    void finish() {
        sections.forEach(Section::reportUnknown);
        sections.clear();
    }
}
