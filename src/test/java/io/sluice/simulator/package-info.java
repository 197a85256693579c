/** Tests of the simulated provider: the judge must be right before it may judge. */
@NullMarked
package io.sluice.simulator;

import org.jspecify.annotations.NullMarked;
