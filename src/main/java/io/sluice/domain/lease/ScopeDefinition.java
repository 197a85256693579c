package io.sluice.domain.lease;

import io.sluice.domain.quota.LimitSet;

/**
 * Binds a number to a scope for one client, with the limits of the client's own revision. A second definition of a number
 * changes its limits. While clients define different limits, the smallest amount of each dimension and window rules.
 *
 * @param scope the client's own number for it, counted from 0 without gaps
 * @param id {@link io.sluice.domain.quota.Scope#id()}
 * @param limits what the client's revision says; {@link LimitSet#NONE} when it no longer says anything
 */
public record ScopeDefinition(int scope, String id, LimitSet limits) {}
