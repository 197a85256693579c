package io.sluice.cluster.member;

import io.sluice.message.WireReader;
import io.sluice.message.WireWriter;
import io.vertx.core.buffer.Buffer;

/**
 * What a member says of itself.
 *
 * @param name of the node
 * @param incarnation drawn at random at its start
 * @param address where members reach it
 * @param version of the program
 * @param revision id of its configuration revision
 * @param sinceMillis when it started, by its own wall clock, milliseconds since 1970
 */
record MemberEntry(String name, long incarnation, String address, String version, String revision, long sinceMillis) {
    private static final int FORM = 1;

    /** The same run with another configuration. */
    MemberEntry withRevision(String newRevision) {
        return new MemberEntry(name, incarnation, address, version, newRevision, sinceMillis);
    }

    /** Its bytes. */
    byte[] encode() {
        Buffer bytes = Buffer.buffer();
        new WireWriter(bytes, FORM)
                .text(name)
                .number(incarnation)
                .text(address)
                .text(version)
                .text(revision)
                .number(sinceMillis);
        return bytes.getBytes();
    }

    /**
     * Reads one.
     *
     * @throws WireReader.WireException when the bytes are none of ours
     */
    static MemberEntry decode(byte[] bytes) {
        WireReader from = new WireReader(Buffer.buffer(bytes), 0, FORM);
        return new MemberEntry(from.text(), from.number(), from.text(), from.text(), from.text(), from.number());
    }
}
