package io.sluice.domain.notice;

/**
 * An occurrence that one node saw, for all nodes to know. May be lost or repeated.
 *
 * @param node the run of the node that saw it: name, slash, incarnation
 * @param occurrence what it saw
 */
public record SharedNotice(String node, Occurrence occurrence) {}
