/** What the errors of a service mean by its table: in answers with an error status, and inside answers of status 200. */
@NullMarked
package io.sluice.provider.preset;

import org.jspecify.annotations.NullMarked;
