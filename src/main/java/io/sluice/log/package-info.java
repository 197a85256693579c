/**
 * How log lines look and how many there are: text for people or JSON, cleaned of control characters, repeats bounded.
 */
@NullMarked
package io.sluice.log;

import org.jspecify.annotations.NullMarked;
