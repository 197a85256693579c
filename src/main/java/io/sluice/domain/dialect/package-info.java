/**
 * What clients and providers speak: endpoints and the names of their fields.
 */
@NullMarked
package io.sluice.domain.dialect;

import org.jspecify.annotations.NullMarked;
