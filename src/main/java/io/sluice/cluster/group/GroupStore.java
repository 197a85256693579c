package io.sluice.cluster.group;

import io.vertx.core.Future;

/** Where a voter's {@link GroupRecord} is kept. */
@FunctionalInterface
interface GroupStore {
    /**
     * Keeps it, in the place of the one before.
     *
     * @return done when it is on disk; fails when it could not be written
     */
    Future<Void> save(GroupRecord record);
}
