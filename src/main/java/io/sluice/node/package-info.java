/**
 * The composition root: starts Vert.x and the lanes, readiness, drain and shutdown. Alone in seeing all packages.
 */
@NullMarked
package io.sluice.node;

import org.jspecify.annotations.NullMarked;
