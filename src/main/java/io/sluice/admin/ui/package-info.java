/**
 * Serves the console, {@code /ui/}: files that are in the jar, and nothing else. What they are is in
 * {@code src/main/resources/ui}; {@code docs/console.md} says how the console is built.
 */
@NullMarked
package io.sluice.admin.ui;

import org.jspecify.annotations.NullMarked;
