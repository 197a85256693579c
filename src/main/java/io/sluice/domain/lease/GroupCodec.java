package io.sluice.domain.lease;

import java.util.List;

/**
 * The bytes of what crosses nodes and of what is kept. Each form begins with a byte that names its version; a reader knows
 * its own version and the one before it.
 */
public final class GroupCodec {
    private GroupCodec() {}

    /** The bytes of an operation. The same operation always gives the same bytes. */
    public static byte[] encode(GroupOperation operation) {
        throw new UnsupportedOperationException();
    }

    /** The operation of some bytes. */
    public static GroupOperation decodeOperation(byte[] bytes) throws GroupFormatException {
        throw new UnsupportedOperationException();
    }

    /** The bytes of a renewal. */
    public static byte[] encode(Renewal renewal) {
        throw new UnsupportedOperationException();
    }

    /** The renewal of some bytes. */
    public static Renewal decodeRenewal(byte[] bytes) throws GroupFormatException {
        throw new UnsupportedOperationException();
    }

    /** The bytes of an answer. */
    public static byte[] encode(Answer answer) {
        throw new UnsupportedOperationException();
    }

    /** The answer of some bytes. */
    public static Answer decodeAnswer(byte[] bytes) throws GroupFormatException {
        throw new UnsupportedOperationException();
    }

    /** The bytes of counters. */
    public static byte[] encode(List<ScopeCounters> counters) {
        throw new UnsupportedOperationException();
    }

    /** The counters of some bytes. */
    public static List<ScopeCounters> decodeCounters(byte[] bytes) throws GroupFormatException {
        throw new UnsupportedOperationException();
    }
}
