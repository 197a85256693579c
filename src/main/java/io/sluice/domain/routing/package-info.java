/**
 * The order in which candidates are tried; pure policies over a health view.
 */
@NullMarked
package io.sluice.domain.routing;

import org.jspecify.annotations.NullMarked;
