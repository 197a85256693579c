package io.sluice.admin;

/**
 * What a node does at one moment.
 *
 * @param waiting requests that wait for room
 * @param inFlight requests that are served, those that wait among them
 * @param streams streamed answers that are being sent
 */
public record NodeNow(int waiting, long inFlight, long streams) {}
