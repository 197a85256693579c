/**
 * What is known of services by name: where they are, what their errors mean, where they differ from the dialect that they
 * speak. All of it is data, one file each under {@code presets/}.
 */
@NullMarked
package io.sluice.provider.preset;

import org.jspecify.annotations.NullMarked;
