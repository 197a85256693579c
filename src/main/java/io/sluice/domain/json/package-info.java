/**
 * Reading and changing JSON without building a tree: the scan of a request, the splice, the tap of an answer.
 */
@NullMarked
package io.sluice.domain.json;

import org.jspecify.annotations.NullMarked;
