/**
 * What operators are told: events, and how often.
 */
@NullMarked
package io.sluice.domain.notice;

import org.jspecify.annotations.NullMarked;
