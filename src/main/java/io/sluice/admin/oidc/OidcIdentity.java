package io.sluice.admin.oidc;

import io.sluice.admin.api.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person whom the provider vouches for.
 *
 * @param name as the audit log has it: {@code oidc:} and the claim that names people; at most 200 characters
 * @param role the highest that any of their groups gives
 * @param team the only team whose things they may see and change; null for all
 * @param expires when the provider's word ends
 */
public record OidcIdentity(String name, Role role, @Nullable String team, Instant expires) {}
