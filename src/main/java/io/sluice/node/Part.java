package io.sluice.node;

import io.vertx.core.Deployable;
import java.util.List;

/**
 * One subsystem of a node: what it needs of the node, and the verticles that it is made of. A verticle takes a new revision
 * from {@code Address.REVISION_CHANGED} and ends when it is undeployed, so a part has nothing else to say. Parts know nothing
 * of one another; their order is the list in {@link LiveParts}.
 */
@FunctionalInterface
interface Part {
    /**
     * Makes the verticles, none of them deployed yet. Called once, before anything of the node runs; may block.
     *
     * @param node what the parts of the node share
     * @return in the order of their start; none when the node's settings have no use for the part
     * @throws StartFailure when something is missing without which the node does not start
     */
    List<Deployable> verticles(NodeShared node) throws StartFailure;
}
