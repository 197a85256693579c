package io.sluice.message;

/**
 * Somebody tries whether messages arrive. Request to {@link Address#NOTICE_TEST}; answered with {@link NoticeTested}.
 *
 * @param sink name of a sink; empty for all
 */
public record TestNotice(String sink) {}
