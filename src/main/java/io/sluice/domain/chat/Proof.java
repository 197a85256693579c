package io.sluice.domain.chat;

/**
 * What proves to a provider that its model thought something, or what it alone can read of that. A provider refuses the
 * proofs of others, so each is shown to its maker alone.
 *
 * @param maker who made it
 * @param value opaque; as its maker wrote it
 */
public record Proof(Maker maker, String value) {}
