/**
 * What a chat is, whatever dialect it is written in: a request, and an answer as a sequence of events. Every dialect
 * translates to and from this model, never to another dialect.
 */
@NullMarked
package io.sluice.domain.chat;

import org.jspecify.annotations.NullMarked;
