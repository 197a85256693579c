/** Clients, upstreams and nodes for tests: raw sockets, exact bytes. */
@NullMarked
package io.sluice.testkit;

import org.jspecify.annotations.NullMarked;
