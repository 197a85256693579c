package io.sluice.store;

/**
 * Who changes something.
 *
 * @param name of the admin token or person; never empty
 * @param role it has: {@code viewer}, {@code operator} or {@code owner}; empty when nobody was recognised
 * @param address where the request came from, without the port
 */
public record Actor(String name, String role, String address) {}
