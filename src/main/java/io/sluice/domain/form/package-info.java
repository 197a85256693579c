/**
 * Multipart forms that flow by: found out what Sluice decides on, and written anew where a name must change, without
 * holding them. Pure Java.
 */
@NullMarked
package io.sluice.domain.form;

import org.jspecify.annotations.NullMarked;
