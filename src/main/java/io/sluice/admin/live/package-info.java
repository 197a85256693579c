/**
 * What consoles see change: {@code GET /admin/v1/live}. One collector a node asks once a second, while somebody listens, and
 * sends each listener what has changed, written once for all. Everything here runs on the admin verticle's event loop.
 */
@NullMarked
package io.sluice.admin.live;

import org.jspecify.annotations.NullMarked;
