/** What is counted in tokens. */
@NullMarked
package io.sluice.domain.tokens;

import org.jspecify.annotations.NullMarked;
