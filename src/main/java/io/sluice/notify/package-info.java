/**
 * Operators are told: the sinks and how messages get there. What is told, when and by which node is decided in {@code
 * domain.notice}. Imports no other part of the node.
 */
@NullMarked
package io.sluice.notify;

import org.jspecify.annotations.NullMarked;
