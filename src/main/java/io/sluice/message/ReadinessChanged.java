package io.sluice.message;

/**
 * Whether load balancers should send traffic. Published to every lane's ingress and to admin.
 *
 * @param ready whether they should
 * @param reason why not, for example {@code starting} or {@code draining}; empty when ready
 */
public record ReadinessChanged(boolean ready, String reason) {}
