package io.sluice.config;

import io.sluice.config.Entries.Entry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.config.YamlNode.Mapping;
import io.sluice.domain.pool.Origins.OutOfForce;
import io.sluice.domain.pool.Origins.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Puts stored entries beside those of the files, which have passed every check alone. Files win: a stored entry whose name a
 * file has is left out. So is one that is wrong by itself, and one with which the whole would not pass; what is in force is
 * then the most of the store that goes with the files. What is left out is told, and never an error of the whole.
 */
final class StoredOverlay {
    /** Entries that wait for one another come back one a pass; a chain longer than this stays out. */
    private static final int PASSES = 4;

    private static final int MOST_REASONS = 5;
    private static final Comparator<Read> ORDER = Comparator.comparing(
                    (Read read) -> read.stored().kind())
            .thenComparing(read -> read.stored().name());

    private final Entries entries;
    private final NodePorts ports;
    private final boolean hasLedger;
    private final Map<Kind, Integer> ofFiles = new EnumMap<>(Kind.class);
    private final Map<StoredEntry, List<Reason>> out = new LinkedHashMap<>();

    /** A stored entry that reads well by itself. */
    private record Read(StoredEntry stored, Entry entry, Findings findings) {}

    /**
     * Nothing is put yet.
     *
     * @param entries of the files; stored ones are added to them
     * @param ports of the node
     * @param hasLedger whether the node has a ledger
     */
    StoredOverlay(Entries entries, NodePorts ports, boolean hasLedger) {
        this.entries = entries;
        this.ports = ports;
        this.hasLedger = hasLedger;
        for (Kind kind : Kind.values()) {
            ofFiles.put(kind, entries.of(kind).size());
        }
    }

    /**
     * Adds what can be in force.
     *
     * @param stored all of the store
     * @param findings takes the warnings: of what is added, and that something is left out
     * @return what is added, by its place
     */
    Map<String, StoredEntry> put(List<StoredEntry> stored, Findings findings) {
        List<Read> good = stored.stream()
                .map(this::read)
                .flatMap(Optional::stream)
                .sorted(ORDER)
                .toList();
        List<Read> fitting = fitting(good);
        arrange(fitting);
        Map<String, StoredEntry> added = new HashMap<>();
        for (Read read : fitting) {
            findings.addWarnings(read.findings());
            added.put(read.stored().file(), read.stored());
        }
        out.forEach((entry, reasons) -> findings.warning(entry.file() + ": is out of force: " + reasons.getFirst()));
        return added;
    }

    /** What is left out, and why. */
    List<OutOfForce> outOfForce() {
        return out.entrySet().stream()
                .map(e -> new OutOfForce(
                        e.getKey().kind().word(), e.getKey().name(), e.getKey().version(), e.getValue()))
                .toList();
    }

    /** The entry; empty when it is left out. */
    private Optional<Read> read(StoredEntry stored) {
        Place taken = entries.of(stored.kind()).stream()
                .filter(entry -> entry.name().equals(stored.name()))
                .map(Entry::place)
                .findFirst()
                .orElse(null);
        if (taken != null) {
            out.put(
                    stored,
                    List.of(new Reason(taken.where(), "", "has this name, and files win; remove one of the two")));
            return Optional.empty();
        }
        if (stored.problem() != null) {
            out.put(stored, List.of(new Reason("", "", stored.problem())));
            return Optional.empty();
        }
        Reading reading = Reading.ofStore();
        GatewayReader reader = new GatewayReader(ports);
        Entry entry = reader.readStored(stored, reading.open(stored));
        reading.finish();
        if (entry == null || reading.findings().hasErrors()) {
            leaveOut(stored, reading.findings().errors());
            return Optional.empty();
        }
        return Optional.of(new Read(stored, entry, reading.findings()));
    }

    private void leaveOut(StoredEntry stored, List<ConfigError> errors) {
        out.put(
                stored,
                errors.stream()
                        .limit(MOST_REASONS)
                        .map(error -> new Reason(error.where(), error.path(), error.message()))
                        .toList());
    }

    /** Those with which the whole passes; usually all. */
    private List<Read> fitting(List<Read> all) {
        List<Read> in = new ArrayList<>(all);
        List<Read> away = new ArrayList<>();
        for (List<ConfigError> errors = check(in); !errors.isEmpty(); errors = check(in)) {
            Map<String, List<ConfigError>> byPlace = new HashMap<>();
            errors.forEach(error -> byPlace.computeIfAbsent(error.file(), f -> new ArrayList<>())
                    .add(error));
            Predicate<Read> blamed = read -> byPlace.containsKey(read.stored().file());
            if (in.stream().noneMatch(blamed)) {
                // The error shows at a place in the files, which are good alone: any of the store may be the cause.
                blamed = read -> true;
            }
            for (Read read : in.stream().filter(blamed).toList()) {
                leaveOut(read.stored(), byPlace.getOrDefault(read.stored().file(), errors));
                away.add(read);
            }
            in.removeIf(blamed);
        }
        bringBack(away, in);
        in.sort(ORDER);
        return in;
    }

    /** What was left out because of something that is left out as well goes in again. */
    private void bringBack(List<Read> away, List<Read> in) {
        List<Read> waiting = away;
        for (int pass = 0, before = -1; pass < PASSES && waiting.size() != before; pass++) {
            before = waiting.size();
            List<Read> still = new ArrayList<>();
            for (Read read : waiting) {
                in.add(read);
                List<ConfigError> errors = check(in);
                if (errors.isEmpty()) {
                    out.remove(read.stored());
                } else {
                    leaveOut(read.stored(), errors);
                    in.removeLast();
                    still.add(read);
                }
            }
            waiting = still;
        }
    }

    private List<ConfigError> check(List<Read> in) {
        arrange(in);
        Findings trial = new Findings();
        new GatewayChecks(entries, ports, hasLedger, trial).run();
        return trial.errors();
    }

    private void arrange(List<Read> in) {
        ofFiles.forEach(entries::keepFirst);
        in.forEach(read -> entries.add(read.entry()));
    }

    /** A stored document with its name, as it would stand in a file. */
    static Mapping document(StoredEntry stored) {
        Mapping read = JsonNodes.read(stored.document());
        return switch (stored.kind()) {
            case CHANNEL, TEAM -> read.with("name", stored.name());
            case MODEL, PRICE -> read;
        };
    }
}
