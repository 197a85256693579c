package io.sluice.admin.api;

import io.sluice.store.Actor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param name of the token or person
 * @param role what they may do
 * @param team the only team whose things they may see and change; null for all
 * @param expires when the right to ask ends; null for never
 * @param address where the request came from, without the port
 */
public record Caller(
        String name,
        Role role,
        @Nullable String team,
        @Nullable Instant expires,
        String address) {
    /** As the audit log knows them. */
    public Actor actor() {
        return new Actor(name, role.word(), address);
    }
}
