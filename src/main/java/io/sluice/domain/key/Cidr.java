package io.sluice.domain.key;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A network, IPv4 or IPv6. IPv4-mapped IPv6 addresses count as IPv4.
 *
 * @param text as written, for example {@code 10.0.0.0/8} or a single address
 * @param prefix address bytes, 4 or 16
 * @param bits how many leading bits count
 */
public record Cidr(String text, byte[] prefix, int bits) {
    /**
     * Reads a network; never asks a name server.
     *
     * @param text {@code address/bits} or an address
     * @throws IllegalArgumentException with what is wrong
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = address.length * 8;
        if (slash >= 0) {
            try {
                bits = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' has no number after the slash", e);
            }
        }
        if (bits < 0 || bits > address.length * 8) {
            throw new IllegalArgumentException("'" + text + "' has a prefix outside 0 to " + address.length * 8);
        }
        for (int bit = bits; bit < address.length * 8; bit++) {
            if ((address[bit >> 3] & (0x80 >> (bit & 7))) != 0) {
                throw new IllegalArgumentException("'" + text + "' has bits set behind its prefix");
            }
        }
        return new Cidr(text, address, bits);
    }

    /**
     * Whether an address is in the network.
     *
     * @param address 4 or 16 bytes
     */
    public boolean contains(byte[] address) {
        byte[] plain = unmapped(address);
        if (plain.length != prefix.length) {
            return false;
        }
        int whole = bits >> 3;
        for (int i = 0; i < whole; i++) {
            if (plain[i] != prefix[i]) {
                return false;
            }
        }
        int rest = bits & 7;
        return rest == 0 || ((plain[whole] ^ prefix[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    /**
     * The bytes of a literal address.
     *
     * @param literal IPv4 in four decimal parts, or IPv6
     * @return 4 or 16 bytes; 4 for an IPv4-mapped IPv6 address
     * @throws IllegalArgumentException when it is not a literal address
     */
    public static byte[] literal(String literal) {
        boolean v6 = literal.indexOf(':') >= 0 && literal.matches("[0-9a-fA-F:.]+");
        boolean v4 = literal.matches("(\\d{1,3}\\.){3}\\d{1,3}");
        if (!v6 && !v4) {
            throw new IllegalArgumentException("'" + literal + "' is not an address");
        }
        try {
            return unmapped(InetAddress.getByName(literal).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + literal + "' is not an address", e);
        }
    }

    private static byte[] unmapped(byte[] address) {
        if (address.length != 16 || address[10] != -1 || address[11] != -1) {
            return address;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return address;
            }
        }
        return new byte[] {address[12], address[13], address[14], address[15]};
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr cidr && cidr.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
