/** What may be fetched from addresses that a request names: pure rules, no network. Imports nothing but the JDK and Glob. */
@NullMarked
package io.sluice.domain.media;

import org.jspecify.annotations.NullMarked;
