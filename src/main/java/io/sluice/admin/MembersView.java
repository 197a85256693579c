package io.sluice.admin;

import io.sluice.message.ClusterView;
import io.sluice.message.LedgerState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /admin/v1/nodes} says: who is in the cluster, of which version and configuration. Used on the admin verticle's
 * event loop only.
 */
final class MembersView {
    private final String name;
    private final String version;
    private final Supplier<String> revision;
    private @Nullable ClusterView view;
    private @Nullable LedgerState ledger;

    /**
     * A node that knows of no other.
     *
     * @param name of this node
     * @param version of the program
     * @param revision gives the id of the live revision
     */
    MembersView(String name, String version, Supplier<String> revision) {
        this.name = name;
        this.version = version;
        this.revision = revision;
    }

    /** The members are these now. */
    void seen(ClusterView latest) {
        view = latest;
    }

    /** The ledger of this node stands so. */
    void ledger(LedgerState latest) {
        ledger = latest;
    }

    /** Whether nodes have different configurations. */
    boolean isDrifting() {
        return view != null && view.drift();
    }

    JsonObject toJson() {
        JsonObject self = new JsonObject()
                .put("name", name)
                .put("version", version)
                .put("revision", revision.get())
                .put("ledger", ledger == null ? null : json(ledger));
        JsonObject json = new JsonObject().put("self", self);
        ClusterView known = view;
        if (known == null) {
            return json.put("alone", true).put("drift", false).put("members", new JsonArray());
        }
        return json.put("alone", false)
                .put("drift", known.drift())
                .put(
                        "members",
                        new JsonArray(known.members().stream()
                                .map(MembersView::member)
                                .toList()));
    }

    private static JsonObject json(LedgerState state) {
        return new JsonObject()
                .put("takes-requests", state.takesRequests())
                .put("trouble", state.trouble().isEmpty() ? null : state.trouble())
                .put("waiting", state.waiting())
                .put("oldest-seconds", state.oldestMillis() / 1_000);
    }

    private static JsonObject member(ClusterView.Member member) {
        return new JsonObject()
                .put("name", member.name())
                .put("incarnation", member.incarnation())
                .put("address", member.address())
                .put("version", member.version())
                .put("revision", member.revision())
                .put("voter", member.voter())
                .put("self", member.self());
    }
}
