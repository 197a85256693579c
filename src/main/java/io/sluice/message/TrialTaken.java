package io.sluice.message;

/**
 * A router gave one request to a candidate that is out, as its trial. One-way, to {@link Address#TRIAL_TAKEN}.
 *
 * @param number of the trial, from the snapshot
 */
public record TrialTaken(long number) {}
