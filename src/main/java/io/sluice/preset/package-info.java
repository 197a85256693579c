/** Services by name, as data: one file each under {@code presets/}, and their reader. */
@NullMarked
package io.sluice.preset;

import org.jspecify.annotations.NullMarked;
