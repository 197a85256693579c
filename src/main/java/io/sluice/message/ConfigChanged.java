package io.sluice.message;

/**
 * A node has taken a new configuration. Announced to {@link Address#CONFIG_CHANGED} on every node; may be lost, for what
 * counts is what the node says of itself in the cluster's list of members.
 *
 * @param node name of the node
 * @param revision id of its configuration revision
 */
public record ConfigChanged(String node, String revision) {}
