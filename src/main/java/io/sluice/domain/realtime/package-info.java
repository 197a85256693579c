/**
 * Events of realtime sessions (OpenAI's Realtime API, platform.openai.com/docs/api-reference/realtime, as of 2026-11):
 * what has to be known of them on their way, and no more.
 */
@NullMarked
package io.sluice.domain.realtime;

import org.jspecify.annotations.NullMarked;
