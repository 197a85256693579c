package io.sluice.notify;

/**
 * Which node this is.
 *
 * @param name of the node
 * @param run its name; on a node of a cluster name, slash, incarnation in hexadecimal
 */
public record Identity(String name, String run) {}
