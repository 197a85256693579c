package io.sluice.domain.media;

import io.sluice.domain.key.Cidr;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses are of the public internet. Everything else is refused: private, loopback, link-local and shared networks,
 * multicast, what is reserved or for documentation, and where clouds answer about their machines. After the registries of
 * special-purpose addresses of IANA (RFC 6890 and its followers).
 */
public final class PublicAddress {
    private static final List<Cidr> NOT_PUBLIC_V4 = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    // Azure's own services to its machines; all other clouds answer in networks that are listed anyway.
                    "168.63.129.16",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4")
            .map(Cidr::parse)
            .toList();

    /** Of IPv6, only this is given out. */
    private static final Cidr GLOBAL_V6 = Cidr.parse("2000::/3");

    /** Parts of it that are no hosts, or lead through tunnels to IPv4 addresses. */
    private static final List<Cidr> NOT_PUBLIC_V6 = Stream.of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
            .map(Cidr::parse)
            .toList();

    /** Networks without IPv4 reach it through these; the address is in the last four bytes. */
    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");

    private PublicAddress() {}

    /**
     * Whether an address is of the public internet.
     *
     * @param address 4 or 16 bytes; IPv4-mapped IPv6 counts as IPv4
     */
    public static boolean isPublic(byte[] address) {
        if (address.length == 4) {
            return NOT_PUBLIC_V4.stream().noneMatch(network -> network.contains(address));
        }
        if (address.length != 16) {
            return false;
        }
        byte[] last = Arrays.copyOfRange(address, 12, 16);
        if (isMapped(address) || NAT64.contains(address)) {
            return isPublic(last);
        }
        if (isTunnelled(address) && !isPublic(last)) {
            return false;
        }
        return GLOBAL_V6.contains(address) && NOT_PUBLIC_V6.stream().noneMatch(network -> network.contains(address));
    }

    private static boolean isMapped(byte[] address) {
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[10] == -1 && address[11] == -1;
    }

    /** Whether the interface is one of ISATAP's (RFC 5214), which carry an IPv4 address. */
    private static boolean isTunnelled(byte[] address) {
        return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && (address[11] & 0xff) == 0xfe;
    }
}
