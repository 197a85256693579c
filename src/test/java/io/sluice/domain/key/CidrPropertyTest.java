package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CidrPropertyTest {
    @Property(seed = "1")
    void agreesWithArithmetic(@ForAll int network, @ForAll int address, @ForAll @IntRange(min = 0, max = 32) int bits) {
        int mask = bits == 0 ? 0 : -1 << (32 - bits);
        Cidr cidr = Cidr.parse(dotted(network & mask) + "/" + bits);

        assertThat(cidr.contains(Cidr.literal(dotted(address)))).isEqualTo((address & mask) == (network & mask));
        assertThat(cidr.contains(Cidr.literal(dotted(network & mask | address & ~mask))))
                .isTrue();
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }
}
