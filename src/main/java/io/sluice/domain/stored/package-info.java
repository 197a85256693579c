/** Ids of objects that a provider keeps: whose they are, and how they are told to clients. Pure. */
@NullMarked
package io.sluice.domain.stored;

import org.jspecify.annotations.NullMarked;
