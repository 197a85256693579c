/**
 * Everything that can go wrong with a request, as one sealed family.
 */
@NullMarked
package io.sluice.domain.failure;

import org.jspecify.annotations.NullMarked;
