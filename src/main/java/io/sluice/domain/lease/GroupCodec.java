package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes of what crosses nodes and of what is kept. Each form begins with a byte that names its version; a reader knows
 * its own version and those before it, and refuses a newer one by name.
 */
public final class GroupCodec {
    private static final int VERSION = 1;
    private static final long MOST_NANOS = Duration.ofDays(31).toNanos();

    private GroupCodec() {}

    /** The bytes of an operation. The same operation always gives the same bytes. */
    public static byte[] encode(GroupOperation operation) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        switch (operation) {
            case GroupOperation.NewTerm term -> out.u8(0).text(term.leader());
            case GroupOperation.Found found ->
                out.u8(1)
                        .block(found.known())
                        .bool(found.unknown())
                        .u8(found.share())
                        .bool(found.roundUp());
            case GroupOperation.Batch batch -> {
                out.u8(2).number(batch.elapsedNanos());
                out.number(batch.days().size());
                new TreeMap<>(batch.days())
                        .forEach((zone, day) -> out.text(zone).number(day));
                out.number(batch.renewals().size());
                batch.renewals().forEach(renewal -> write(out, renewal));
            }
            case GroupOperation.Close close -> out.u8(3);
        }
        return out.toArray();
    }

    /** The operation of some bytes. */
    public static GroupOperation decodeOperation(byte[] bytes) throws GroupFormatException {
        ByteReader in = new ByteReader(bytes).version("operation", VERSION);
        GroupOperation operation =
                switch (in.u8()) {
                    case 0 -> new GroupOperation.NewTerm(in.text());
                    case 1 -> new GroupOperation.Found(in.block(), in.bool(), in.within8(1, 2), in.bool());
                    case 2 -> batch(in);
                    case 3 -> new GroupOperation.Close();
                    default -> throw in.damaged();
                };
        in.end();
        return operation;
    }

    private static GroupOperation.Batch batch(ByteReader in) throws GroupFormatException {
        long elapsed = in.amount();
        Map<String, Long> days = new HashMap<>();
        for (int i = in.count(); i > 0; i--) {
            days.put(in.text(), in.number());
        }
        List<Renewal> renewals = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            renewals.add(renewal(in));
        }
        return new GroupOperation.Batch(elapsed, days, renewals);
    }

    /** The bytes of a renewal. */
    public static byte[] encode(Renewal renewal) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        write(out, renewal);
        return out.toArray();
    }

    /** The renewal of some bytes. */
    public static Renewal decodeRenewal(byte[] bytes) throws GroupFormatException {
        ByteReader in = new ByteReader(bytes).version("renewal", VERSION);
        Renewal renewal = renewal(in);
        in.end();
        return renewal;
    }

    private static void write(ByteWriter out, Renewal renewal) {
        write(out, renewal.client());
        out.number(renewal.sequence()).text(renewal.revision()).bool(renewal.last());
        out.number(renewal.definitions().size());
        for (ScopeDefinition definition : renewal.definitions()) {
            out.number(definition.scope()).text(definition.id());
            write(out, definition.limits());
        }
        out.number(renewal.statements().size());
        renewal.statements().forEach(statement -> write(out, statement));
    }

    private static Renewal renewal(ByteReader in) throws GroupFormatException {
        ClientId client = client(in);
        long sequence = in.amount();
        String revision = in.text();
        boolean last = in.bool();
        List<ScopeDefinition> definitions = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            definitions.add(new ScopeDefinition(in.within(0, Integer.MAX_VALUE), in.text(), limits(in)));
        }
        List<ScopeStatement> statements = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            statements.add(statement(in));
        }
        return new Renewal(client, sequence, revision, definitions, statements, last);
    }

    static void write(ByteWriter out, ClientId client) {
        out.text(client.node()).fixed(client.incarnation());
    }

    static ClientId client(ByteReader in) throws GroupFormatException {
        return new ClientId(in.text(), in.fixed());
    }

    static void write(ByteWriter out, LimitSet limits) {
        out.number(limits.concurrency()).number(limits.windows().size());
        limits.windows().forEach(limit -> write(out, limit));
    }

    static LimitSet limits(ByteReader in) throws GroupFormatException {
        int concurrency = in.within(0, Integer.MAX_VALUE);
        List<Limit> windows = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            windows.add(limit(in));
        }
        return new LimitSet(windows, concurrency);
    }

    static void write(ByteWriter out, Limit limit) {
        String zone = limit.zone();
        out.u8(limit.dimension().ordinal())
                .number(limit.amount())
                .number(limit.window().toNanos())
                .text(zone == null ? "" : zone);
    }

    static Limit limit(ByteReader in) throws GroupFormatException {
        int dimension = in.u8();
        long amount = in.amount();
        long nanos = in.amount();
        String zone = in.text();
        if (dimension >= Units.DIMENSIONS || nanos < 1_000_000 || nanos > MOST_NANOS || !isZone(zone)) {
            throw in.damaged();
        }
        return new Limit(Dimension.values()[dimension], amount, Duration.ofNanos(nanos), zone.isEmpty() ? null : zone);
    }

    private static boolean isZone(String zone) {
        try {
            return zone.isEmpty() || ZoneId.of(zone) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static void write(ByteWriter out, ScopeStatement statement) {
        out.number(statement.scope()).units(statement.written());
        out.number(statement.refunds().size());
        statement.refunds().forEach(refund -> out.number(refund.chargedAt()).units(refund.units()));
        out.units(statement.kept()).number(statement.places());
        out.units(statement.wanted()).number(statement.wantedPlaces());
        out.number(statement.first().size());
        statement.first().forEach(request -> write(out, request));
        out.units(statement.waiting());
        Observation observation = statement.observation();
        out.bool(observation != null);
        if (observation != null) {
            out.number(observation.fullForNanos()).units(observation.limits()).units(observation.remaining());
        }
    }

    private static ScopeStatement statement(ByteReader in) throws GroupFormatException {
        int scope = in.within(0, Integer.MAX_VALUE);
        Units written = in.units();
        List<Refund> refunds = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            refunds.add(new Refund(in.number(), in.units()));
        }
        Units kept = in.units();
        int places = in.within(0, Integer.MAX_VALUE);
        Units wanted = in.units();
        int wantedPlaces = in.within(0, Integer.MAX_VALUE);
        List<WaitingRequest> first = new ArrayList<>();
        for (int i = in.within(0, ScopeStatement.MOST_WAITING); i > 0; i--) {
            first.add(waiting(in));
        }
        Units waiting = in.units();
        Observation observation = in.bool() ? new Observation(in.amount(), in.units(), in.units()) : null;
        return new ScopeStatement(
                scope, written, refunds, kept, places, wanted, wantedPlaces, first, waiting, observation);
    }

    static void write(ByteWriter out, WaitingRequest request) {
        out.number(request.priority())
                .number(request.rank())
                .number(request.waitedNanos())
                .units(request.units());
    }

    static WaitingRequest waiting(ByteReader in) throws GroupFormatException {
        return new WaitingRequest(
                in.within(Integer.MIN_VALUE, Integer.MAX_VALUE),
                in.within(0, Integer.MAX_VALUE),
                in.amount(),
                in.units());
    }

    /** The bytes of an answer. */
    public static byte[] encode(Answer answer) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        write(out, answer.client());
        out.number(answer.sequence()).u8(answer.status().ordinal()).number(answer.time());
        out.number(answer.grants().size());
        for (ScopeGrant grant : answer.grants()) {
            out.number(grant.scope())
                    .units(grant.granted())
                    .number(grant.places())
                    .number(grant.ttlNanos())
                    .units(grant.free())
                    .units(grant.limits())
                    .number(grant.fitsInNanos());
        }
        return out.toArray();
    }

    /** The answer of some bytes. */
    public static Answer decodeAnswer(byte[] bytes) throws GroupFormatException {
        ByteReader in = new ByteReader(bytes).version("answer", VERSION);
        ClientId client = client(in);
        long sequence = in.amount();
        int status = in.u8();
        if (status >= Answer.Status.values().length) {
            throw in.damaged();
        }
        long time = in.number();
        List<ScopeGrant> grants = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            grants.add(new ScopeGrant(
                    in.within(0, Integer.MAX_VALUE),
                    in.units(),
                    in.within(0, Integer.MAX_VALUE),
                    in.amount(),
                    in.units(),
                    in.units(),
                    in.amount()));
        }
        in.end();
        return new Answer(client, sequence, Answer.Status.values()[status], time, grants);
    }

    /** The bytes of counters. */
    public static byte[] encode(List<ScopeCounters> counters) {
        ByteWriter out = new ByteWriter().u8(VERSION).number(counters.size());
        for (ScopeCounters scope : counters) {
            out.text(scope.id()).number(scope.limits().size());
            for (ScopeCounters.LimitCounters limit : scope.limits()) {
                out.u8(limit.dimension().ordinal())
                        .number(limit.windowNanos())
                        .number(limit.amount())
                        .number(limit.configured())
                        .number(limit.charged());
                write(out, limit.leased());
                out.number(limit.external()).number(limit.freeInNanos());
            }
            write(out, scope.waiting());
            out.number(scope.placesLimit());
            write(out, scope.places());
            out.number(scope.fullForNanos()).number(scope.grantedRequests());
        }
        return out.toArray();
    }

    private static void write(ByteWriter out, Map<String, ? extends Number> byNode) {
        out.number(byNode.size());
        new TreeMap<>(byNode).forEach((node, value) -> out.text(node).number(value.longValue()));
    }

    /** The counters of some bytes. */
    public static List<ScopeCounters> decodeCounters(byte[] bytes) throws GroupFormatException {
        ByteReader in = new ByteReader(bytes).version("counters", VERSION);
        List<ScopeCounters> counters = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            String id = in.text();
            List<ScopeCounters.LimitCounters> limits = new ArrayList<>();
            for (int n = in.count(); n > 0; n--) {
                int dimension = in.u8();
                if (dimension >= Units.DIMENSIONS) {
                    throw in.damaged();
                }
                limits.add(new ScopeCounters.LimitCounters(
                        Dimension.values()[dimension],
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        longs(in),
                        in.number(),
                        in.number()));
            }
            counters.add(new ScopeCounters(
                    id, limits, ints(in), in.within(0, Integer.MAX_VALUE), ints(in), in.number(), in.number()));
        }
        in.end();
        return counters;
    }

    private static Map<String, Long> longs(ByteReader in) throws GroupFormatException {
        Map<String, Long> map = new HashMap<>();
        for (int i = in.count(); i > 0; i--) {
            map.put(in.text(), in.number());
        }
        return map;
    }

    private static Map<String, Integer> ints(ByteReader in) throws GroupFormatException {
        Map<String, Integer> map = new HashMap<>();
        for (int i = in.count(); i > 0; i--) {
            map.put(in.text(), in.within(Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        return map;
    }
}
