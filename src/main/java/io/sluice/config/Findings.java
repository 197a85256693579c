package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What reading the files found besides values. One for each load, used by one thread. */
final class Findings {
    private static final int NAMED_PLACES = 3;

    private final List<String> files = new ArrayList<>();
    private final List<ConfigError> errors = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** A file is read now; errors are told in this order. */
    void file(String name) {
        files.add(name);
    }

    void error(Place place, String message) {
        errors.add(new ConfigError(place.file(), place.line(), place.column(), place.path(), message));
    }

    void warning(String sentence) {
        warnings.add(sentence);
    }

    void warning(Place place, String sentence) {
        warnings.add(place.where() + ": " + (place.path().isEmpty() ? "" : place.path() + ": ") + sentence);
    }

    /** Takes over what another reading warns of. */
    void addWarnings(Findings other) {
        warnings.addAll(other.warnings);
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    int errorCount() {
        return errors.size();
    }

    /** All errors in file order; files in the order in which they were read, then those they refer to. */
    List<ConfigError> errors() {
        return errors.stream()
                .sorted(Comparator.comparingInt(this::position)
                        .thenComparing(ConfigError::file)
                        .thenComparingInt(ConfigError::line)
                        .thenComparingInt(ConfigError::column))
                .distinct()
                .toList();
    }

    private int position(ConfigError error) {
        int index = files.indexOf(error.file());
        return index < 0 ? files.size() : index;
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** The first few places by name, the rest by number. */
    static String places(List<Place> places) {
        StringBuilder text = new StringBuilder();
        for (Place place : places.subList(0, Math.min(NAMED_PLACES, places.size()))) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(place.where())
                    .append(' ')
                    .append(place.path());
        }
        int more = places.size() - NAMED_PLACES;
        return more > 0 ? text.append(" and ").append(more).append(" more").toString() : text.toString();
    }
}
