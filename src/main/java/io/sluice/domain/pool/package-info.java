/**
 * The pool: channels, their accounts and the models they serve, as one immutable {@link
 * io.sluice.domain.pool.GatewayRevision}.
 */
@NullMarked
package io.sluice.domain.pool;

import org.jspecify.annotations.NullMarked;
