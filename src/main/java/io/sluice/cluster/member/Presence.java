package io.sluice.cluster.member;

import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ConfigChanged;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's entry among the members, and looks who else is there: at every sign of a change, and each second, for a
 * sign may be lost. Used on one event loop.
 */
final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    /** After how many looks the entry is written again, so that it does not end. */
    private static final int LOOKS_A_RENEWAL = 5;

    private static final int LEAVE_MILLIS = 1_000;

    private final Members members;
    private final Roster roster;
    private final Bus bus;
    private MemberEntry own;
    private int looks;
    private boolean looking;
    private boolean again;
    private boolean left;

    /**
     * Not yet there.
     *
     * @param members where entries are
     * @param roster what is made of them
     * @param bus where the view is published
     * @param own what this node says of itself
     */
    Presence(Members members, Roster roster, Bus bus, MemberEntry own) {
        this.members = members;
        this.roster = roster;
        this.bus = bus;
        this.own = own;
    }

    /** Says for the first time that this node is there. */
    Future<Void> enter() {
        return members.write(own).onSuccess(written -> look());
    }

    /** This node has another configuration: everyone looks. */
    void revision(String id) {
        if (!id.equals(own.revision())) {
            own = own.withRevision(id);
            members.write(own)
                    .onFailure(Presence::failed)
                    .onComplete(done -> bus.announce(Address.CONFIG_CHANGED, new ConfigChanged(own.name(), id)));
        }
    }

    /** A second is over. */
    void tick() {
        if (looks++ % LOOKS_A_RENEWAL == 0 && !left) {
            members.write(own).onFailure(Presence::failed);
        }
        look();
    }

    /** Looks who is there, and tells the node when it has changed. */
    void look() {
        if (left || looking) {
            again = looking;
            return;
        }
        looking = true;
        members.read().onSuccess(this::seen).onFailure(Presence::failed).onComplete(done -> {
            looking = false;
            if (again) {
                again = false;
                look();
            }
        });
    }

    private void seen(List<MemberEntry> entries) {
        if (left) {
            return;
        }
        roster.update(entries).ifPresent(view -> bus.publish(Address.CLUSTER_VIEW, view));
        if (!entries.contains(own)) {
            // Lost with the member that held it, or where two parts of the cluster became one.
            members.write(own).onFailure(Presence::failed);
        }
    }

    /** Takes this node's entry back; waits a second at most. */
    Future<Void> leave() {
        left = true;
        return members.remove().timeout(LEAVE_MILLIS, TimeUnit.MILLISECONDS).otherwise(cause -> {
            failed(cause);
            return null;
        });
    }

    private static void failed(Throwable cause) {
        LOG.warn("the list of members cannot be used: {}", cause.toString());
    }
}
