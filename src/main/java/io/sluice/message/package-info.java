/**
 * The bus contract: addresses, one request and one reply type each, codecs, and the two live handles.
 *
 * <p>No behaviour. Depends on {@code domain}, and on Vert.x for codecs and handles only.
 */
@NullMarked
package io.sluice.message;

import org.jspecify.annotations.NullMarked;
