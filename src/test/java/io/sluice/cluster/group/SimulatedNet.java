package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A network in memory that delays, loses, repeats, reorders and cuts. */
final class SimulatedNet {
    private static final long DETECTED_NANOS = 400_000_000;

    private final VirtualTime time;
    private final Random random;
    private final Map<Link.Peer, SimulatedLink> links = new LinkedHashMap<>();
    private final Set<String> cuts = new HashSet<>();
    private double loss;
    private double repeats;
    private long delayNanos = 250_000;
    private long jitterNanos;
    private long frames;

    SimulatedNet(VirtualTime time, Random random) {
        this.time = time;
        this.random = random;
    }

    Link open(Link.Peer self, VirtualTime.ProcessLoop loop) {
        SimulatedLink link = new SimulatedLink(self, loop);
        links.put(self, link);
        time.schedule(delayNanos, this::look);
        return link;
    }

    /** Nothing goes from one to the other any more. */
    void cutOneWay(String from, String to) {
        cuts.add(from + ">" + to);
        time.schedule(DETECTED_NANOS, this::look);
    }

    void cut(String one, String other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    void healAll() {
        cuts.clear();
        time.schedule(200_000_000, this::look);
    }

    void weather(double lost, double repeated, long delay, long jitter) {
        loss = lost;
        repeats = repeated;
        delayNanos = delay;
        jitterNanos = jitter;
    }

    void remove(Link.Peer peer) {
        links.remove(peer);
        time.schedule(50_000_000, this::look);
    }

    /** Frames sent so far. */
    long frames() {
        return frames;
    }

    private boolean isLatest(Link.Peer peer) {
        return links.keySet().stream()
                .noneMatch(other -> other.name().equals(peer.name()) && other.incarnation() > peer.incarnation());
    }

    private boolean isCut(String from, String to) {
        return cuts.contains(from + ">" + to);
    }

    private void look() {
        Set.copyOf(links.values()).forEach(SimulatedLink::look);
    }

    private final class SimulatedLink implements Link {
        private final Peer self;
        private final VirtualTime.ProcessLoop loop;
        private FrameHandler frameHandler = (from, frame) -> {};
        private PeersHandler peersHandler = () -> {};
        private Set<Peer> connected = Set.of();

        SimulatedLink(Peer self, VirtualTime.ProcessLoop loop) {
            this.self = self;
            this.loop = loop;
        }

        private void look() {
            Set<Peer> now = new LinkedHashSet<>();
            for (Peer peer : links.keySet()) {
                // A connection needs both ways, and is for the latest run of a name only.
                boolean cut = isCut(self.name(), peer.name()) || isCut(peer.name(), self.name());
                if (!peer.name().equals(self.name()) && !cut && isLatest(peer) && isLatest(self)) {
                    now.add(peer);
                }
            }
            if (!now.equals(connected)) {
                loop.run(() -> {
                    connected = now;
                    peersHandler.changed();
                });
            }
        }

        @Override
        public Peer self() {
            return self;
        }

        @Override
        public boolean send(String name, Buffer frame) {
            Peer target = null;
            for (Peer peer : connected) {
                if (peer.name().equals(name)) {
                    target = peer;
                }
            }
            if (target == null) {
                return false;
            }
            frames++;
            deliver(target, frame);
            if (random.nextDouble() < repeats) {
                deliver(target, frame);
            }
            return true;
        }

        private void deliver(Peer target, Buffer frame) {
            if (random.nextDouble() < loss) {
                return;
            }
            long jitter = jitterNanos == 0 ? 0 : random.nextLong(jitterNanos);
            time.schedule(delayNanos + jitter, () -> {
                SimulatedLink link = links.get(target);
                if (link != null && !isCut(self.name(), target.name())) {
                    link.loop.run(() -> link.frameHandler.frame(self, frame));
                }
            });
        }

        @Override
        public Set<Peer> connected() {
            return connected;
        }

        @Override
        public void onFrame(FrameHandler handler) {
            frameHandler = handler;
        }

        @Override
        public void onPeers(PeersHandler handler) {
            peersHandler = handler;
        }

        @Override
        public Future<Void> close() {
            links.remove(self);
            return Future.succeededFuture();
        }
    }
}
