/**
 * Server-sent events, cut anywhere: the splitter and the tap that reads usage and replaces the model name.
 */
@NullMarked
package io.sluice.domain.sse;

import org.jspecify.annotations.NullMarked;
