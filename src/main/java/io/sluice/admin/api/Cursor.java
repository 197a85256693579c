package io.sluice.admin.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/**
 * Where a page of a list begins: a position with a checksum over the list and the filter it belongs to. It guards against
 * mix-ups and cut copies, not against people: whoever makes one up sees another page of what they may see anyway.
 */
final class Cursor {
    private static final int CHECK = 8;
    private static final int MAX_POSITION = 2_000;

    private Cursor() {}

    static String write(String position, String question) {
        byte[] text = position.getBytes(UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(CHECK + text.length);
        bytes.put(check(position, question)).put(text);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    static String read(String cursor, String question) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            if (bytes.length > CHECK && bytes.length <= CHECK + MAX_POSITION) {
                String position = UTF_8.newDecoder()
                        .decode(ByteBuffer.wrap(bytes, CHECK, bytes.length - CHECK))
                        .toString();
                if (MessageDigest.isEqual(Arrays.copyOf(bytes, CHECK), check(position, question))) {
                    return position;
                }
            }
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw wrong();
        }
        throw wrong();
    }

    private static Problem wrong() {
        return Problem.parameter(
                "cursor", "cursor", "It is no cursor of this list with this filter; begin again without one.");
    }

    private static byte[] check(String position, String question) {
        return Arrays.copyOf(Secret.sha256(position + "\n" + question), CHECK);
    }
}
