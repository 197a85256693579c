package io.sluice.admin;

import io.sluice.config.ClusterConfig;
import io.sluice.config.EffectiveConfig;
import io.sluice.config.NodeConfig;
import io.sluice.config.OidcConfig;
import io.sluice.config.SignatureAlgorithm;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.ReloadFailed;
import io.sluice.message.ReloadFailed.Fault;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code /admin/v1/config} says. Used on the admin verticle's event loop only. */
final class ConfigView {
    private final NodeConfig node;
    private final String version;
    private final InstantSource clock;
    private GatewayRevision revision;
    private @Nullable GatewayRevision before;
    private Instant since;
    private List<String> errors = List.of();
    private List<Fault> faults = List.of();
    private @Nullable Instant failedAt;

    ConfigView(NodeConfig node, GatewayRevision initial, String version, InstantSource clock) {
        this.node = node;
        this.revision = initial;
        this.version = version;
        this.clock = clock;
        this.since = clock.instant();
    }

    void live(GatewayRevision next) {
        before = revision;
        revision = next;
        since = clock.instant();
        errors = List.of();
        faults = List.of();
        failedAt = null;
    }

    void failed(ReloadFailed told) {
        List<String> found = told.errors();
        errors = found;
        faults = told.faults();
        failedAt = found.isEmpty() ? null : clock.instant();
    }

    /** Id of the live revision. */
    String revision() {
        return revision.id();
    }

    /** The live revision. */
    GatewayRevision live() {
        return revision;
    }

    /** What is wrong with the files as they are now; empty when they are in force. */
    List<Fault> faults() {
        return faults;
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("version", version)
                .put("revision", revision.id())
                .put("since", since.toString())
                .put("errors", new JsonArray(errors));
        if (failedAt != null) {
            json.put("errors-since", failedAt.toString());
        }
        return json.put("node", nodeJson())
                .put("origins", origins())
                .put("effective", EffectiveConfig.render(revision));
    }

    /** Which revision is in force, and why another is not. */
    JsonObject state() {
        return new JsonObject()
                .put("revision", revision.id())
                .put("since", since.toString())
                .put("errors", new JsonArray(errors));
    }

    /** Where what is in force stands: a file and its line, or the store. */
    private JsonObject origins() {
        JsonObject json = new JsonObject();
        revision.origins().entries().forEach((entry, origin) -> json.put(entry, origin.where()));
        return json;
    }

    /** What the last change of the configuration changed. */
    JsonObject difference() {
        JsonObject json = new JsonObject().put("revision", revision.id()).put("since", since.toString());
        GatewayRevision known = before;
        return known == null
                ? json.putNull("before").put("changes", new JsonArray())
                : json.put("before", known.id())
                        .put(
                                "changes",
                                ConfigDifference.between(
                                        EffectiveConfig.render(known), EffectiveConfig.render(revision)));
    }

    private JsonObject nodeJson() {
        JsonObject json = new JsonObject()
                .put("name", node.name())
                .put("http", node.http().host() + ":" + node.http().port())
                .put("http-tls", node.http().tls() != null)
                .put("admin", node.admin().host() + ":" + node.admin().port())
                .put("admin-token", node.admin().token() != null)
                .put("data", node.data().toString())
                .put("drain-ms", node.drain().toMillis())
                .put("lanes", node.lanes())
                .put("queue-requests", node.queue().requests())
                .put("queue-bytes", node.queue().bytes());
        OidcConfig oidc = node.admin().oidc();
        if (oidc != null) {
            json.put("admin-oidc", oidcJson(oidc));
        }
        return node.cluster() == null ? json : json.put("cluster", clusterJson(node.cluster()));
    }

    /** Of the client's secret only whether there is one. */
    private static JsonObject oidcJson(OidcConfig oidc) {
        JsonObject roles = new JsonObject();
        oidc.claims().roles().forEach(roles::put);
        return new JsonObject()
                .put("issuer", oidc.issuer())
                .put("client-id", oidc.client().id())
                .put("client-secret", oidc.client().secret() != null)
                .put("audience", new JsonArray(oidc.audience()))
                .put(
                        "algorithms",
                        new JsonArray(oidc.algorithms().stream()
                                .map(SignatureAlgorithm::header)
                                .toList()))
                .put("name-claim", oidc.claims().name())
                .put("role-claim", oidc.claims().role())
                .put("team-claim", oidc.claims().team())
                .put("roles", roles);
    }

    /** Without the name, which is a secret. */
    private static JsonObject clusterJson(ClusterConfig cluster) {
        JsonObject voters = new JsonObject();
        cluster.voters()
                .forEach(voter -> voters.put(voter.name(), voter.member().toString()));
        return new JsonObject()
                .put("bind", cluster.bind().toString())
                .put("link-port", cluster.linkPort())
                .put("bus-port", cluster.busPort())
                .put("tls", cluster.tls() != null)
                .put("voters", voters);
    }
}
