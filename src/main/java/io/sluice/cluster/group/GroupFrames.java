package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.WireFormatException;
import io.sluice.cluster.raft.WireReader;
import io.sluice.cluster.raft.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The bytes of {@link GroupFrame}s: version, kind, and what the kind needs. */
final class GroupFrames {
    static final int VERSION = 1;

    private static final int LOG_MESSAGE = 1;
    private static final int RENEW = 2;
    private static final int ANSWERED = 3;
    private static final int NOT_LEADER = 4;
    private static final int STATUS = 5;
    private static final int PROPOSE = 6;
    private static final int ACCEPT = 7;
    private static final int COLLECT = 8;
    private static final int COPY = 9;
    private static final int START = 10;
    private static final int JOIN = 11;

    private static final int MOST_NAMES = 16;
    private static final int MOST_PEERS = 64;

    private GroupFrames() {}

    static byte[] encode(GroupFrame frame) {
        return switch (frame) {
            case GroupFrame.LogMessage f ->
                group(LOG_MESSAGE, f.group(), f.message().length)
                        .member(f.to())
                        .bytes(f.message())
                        .toBytes();
            case GroupFrame.Renew f ->
                head(RENEW, f.renewal().length).bytes(f.renewal()).toBytes();
            case GroupFrame.Answered f ->
                head(ANSWERED, f.answer().length).bytes(f.answer()).toBytes();
            case GroupFrame.NotLeader f ->
                head(NOT_LEADER, 0)
                        .bits(f.incarnation())
                        .number(f.sequence())
                        .text(f.leader())
                        .toBytes();
            case GroupFrame.Status f -> status(f);
            case GroupFrame.Propose f -> {
                WireWriter out = group(PROPOSE, f.group(), 0);
                peers(out, f.participants());
                yield out.toBytes();
            }
            case GroupFrame.Accept f ->
                group(ACCEPT, f.group(), 0).member(f.member()).flag(f.marked()).toBytes();
            case GroupFrame.Collect f -> group(COLLECT, f.group(), 0).toBytes();
            case GroupFrame.Copy f -> {
                byte[] state = f.state();
                WireWriter out = group(COPY, f.group(), state == null ? 0 : state.length)
                        .number(f.ageNanos())
                        .flag(state != null);
                yield (state == null ? out : out.bytes(state)).toBytes();
            }
            case GroupFrame.Start f ->
                group(START, f.group(), f.found().length)
                        .members(f.initial())
                        .number(f.share())
                        .bytes(f.found())
                        .toBytes();
            case GroupFrame.Join f ->
                group(JOIN, f.group(), 0).member(f.member()).toBytes();
        };
    }

    static GroupFrame decode(byte[] bytes) throws WireFormatException {
        WireReader in = new WireReader(bytes);
        int version = in.octet();
        if (version != VERSION) {
            throw new WireFormatException("a frame of version " + version + ", known is " + VERSION);
        }
        int kind = in.octet();
        GroupFrame frame =
                switch (kind) {
                    case LOG_MESSAGE -> new GroupFrame.LogMessage(GroupId.read(in), in.member(), in.bytes());
                    case RENEW -> new GroupFrame.Renew(in.bytes());
                    case ANSWERED -> new GroupFrame.Answered(in.bytes());
                    case NOT_LEADER -> new GroupFrame.NotLeader(in.bits(), in.number(), in.text());
                    case STATUS -> status(in);
                    case PROPOSE -> new GroupFrame.Propose(GroupId.read(in), peers(in));
                    case ACCEPT -> new GroupFrame.Accept(GroupId.read(in), in.member(), in.flag());
                    case COLLECT -> new GroupFrame.Collect(GroupId.read(in));
                    case COPY -> new GroupFrame.Copy(GroupId.read(in), in.number(), in.flag() ? in.bytes() : null);
                    case START -> new GroupFrame.Start(GroupId.read(in), in.members(), in.small(), in.bytes());
                    case JOIN -> new GroupFrame.Join(GroupId.read(in), in.member());
                    default -> throw new WireFormatException("a frame of unknown kind " + kind);
                };
        in.end();
        return frame;
    }

    private static WireWriter head(int kind, int more) {
        return new WireWriter(96 + more).octet(VERSION).octet(kind);
    }

    private static WireWriter group(int kind, GroupId group, int more) {
        WireWriter out = head(kind, more);
        group.write(out);
        return out;
    }

    private static byte[] status(GroupFrame.Status status) {
        WireWriter out = head(STATUS, 160).number(status.names().size());
        status.names().forEach(out::text);
        status.newest().write(out);
        out.flag(status.marked());
        status.bound().write(out);
        out.flag(status.living())
                .flag(status.leads())
                .text(status.leader())
                .number(status.share())
                .number(status.applied())
                .number(status.checkIndex())
                .bits(status.checkHash())
                .members(status.initial())
                .members(status.members())
                .members(status.voters());
        peers(out, status.view());
        return out.toBytes();
    }

    private static GroupFrame status(WireReader in) throws WireFormatException {
        int count = in.count(MOST_NAMES);
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(in.text());
        }
        return new GroupFrame.Status(
                names,
                GroupId.read(in),
                in.flag(),
                GroupId.read(in),
                in.flag(),
                in.flag(),
                in.text(),
                in.small(),
                in.number(),
                in.number(),
                in.bits(),
                in.members(),
                in.members(),
                in.members(),
                peers(in));
    }

    private static void peers(WireWriter out, Collection<Link.Peer> peers) {
        out.number(peers.size());
        peers.forEach(peer -> out.text(peer.name()).bits(peer.incarnation()));
    }

    private static List<Link.Peer> peers(WireReader in) throws WireFormatException {
        int count = in.count(MOST_PEERS);
        List<Link.Peer> peers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            peers.add(new Link.Peer(in.text(), in.bits()));
        }
        return peers;
    }
}
