package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What reading the files found besides values. One for each load, used by one thread. */
final class Findings {
    private static final int NAMED_PLACES = 3;

    private final List<String> files = new ArrayList<>();
    private final List<ConfigError> errors = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, List<Place>> notApplied = new LinkedHashMap<>();

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
        other.notApplied.forEach((feature, places) ->
                notApplied.computeIfAbsent(feature, k -> new ArrayList<>()).addAll(places));
    }

    /** What a file says and this version does not do; places of one feature make one sentence. */
    void notApplied(String feature, Place place) {
        notApplied.computeIfAbsent(feature, k -> new ArrayList<>()).add(place);
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

    List<String> notApplied() {
        return notApplied.entrySet().stream()
                .map(e -> e.getKey() + ": not applied in this version (" + places(e.getValue()) + ")")
                .toList();
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
