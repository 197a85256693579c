package io.sluice.domain.key;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A network, IPv4 or IPv6. IPv4-mapped IPv6 addresses count as IPv4.
 *
 * @param text as written, for example {@code 10.0.0.0/8} or a single address
 * @param prefix address bytes, 4 or 16
 * @param bits how many leading bits count
 */
public record Cidr(String text, byte[] prefix, int bits) {
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]++");
    private static final Pattern IPV4 = Pattern.compile("(?:[0-9]{1,3}\\.){3}[0-9]{1,3}");

    /**
     * Reads a network; never asks a name server.
     *
     * @param text {@code address/bits} or an address
     * @throws IllegalArgumentException with what is wrong
     */
    public static Cidr parse(String text) {
        if (text.indexOf('%') >= 0) {
            throw new IllegalArgumentException("'" + text + "' names a scope; a network has none");
        }
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
     * The bytes of a literal address. An IPv6 address may name its scope ({@code fe80::1%eth0}), which is not looked at:
     * it says on which link the address is, not which address it is.
     *
     * @param literal IPv4 in four decimal parts, or IPv6
     * @return 4 or 16 bytes; 4 for an IPv4-mapped IPv6 address
     * @throws IllegalArgumentException when it is not a literal address
     */
    public static byte[] literal(String literal) {
        int scope = literal.indexOf('%');
        String address = scope < 0 ? literal : literal.substring(0, scope);
        // Anything else would be a name, and InetAddress would ask for it.
        boolean v6 = address.indexOf(':') >= 0 && IPV6.matcher(address).matches() && scope != literal.length() - 1;
        boolean v4 = scope < 0 && IPV4.matcher(address).matches();
        if (!v6 && !v4) {
            throw new IllegalArgumentException("'" + literal + "' is not an address");
        }
        try {
            return unmapped(InetAddress.getByName(address).getAddress());
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
