package io.sluice.admin;

import io.sluice.store.Actor;
import io.sluice.store.AuditRepository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was done that is no row of the store: in the audit log when there is one, and in the node's log always, for an
 * operator must be able to act while the database is away. Used on the admin verticle's context only.
 */
final class Deeds {
    private static final Logger LOG = LoggerFactory.getLogger("audit");

    private final AuditRepository audit;

    Deeds(AuditRepository audit) {
        this.audit = audit;
    }

    /**
     * Writes down what was done.
     *
     * @param actor who
     * @param action verb
     * @param kind of the thing
     * @param name of the thing
     * @param result what became of it
     */
    void write(Actor actor, String action, String kind, String name, String result) {
        LOG.info(
                "{} ({}) at {}: {} {} {}: {}", actor.name(), actor.role(), actor.address(), action, kind, name, result);
        audit.write(actor, action, kind, name, result)
                .onFailure(cause -> LOG.debug("not in the audit log: {}", cause.toString()));
    }
}
