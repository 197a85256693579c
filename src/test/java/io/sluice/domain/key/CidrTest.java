package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.168.1.128/25, 192.168.1.128, true",
        "192.168.1.128/25, 192.168.1.127, false",
        "192.168.1.1, 192.168.1.1, true",
        "192.168.1.1, 192.168.1.2, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 203.0.113.9, false",
        "::/0, 2001:db8::1, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "10.0.0.0/8, ::ffff:a01:203, true",
        "10.0.0.0/8, ::10.1.2.3, false",
        "::1, 0:0:0:0:0:0:0:1, true",
        "fe80::/10, fe80::1%eth0, true",
        "fe80::/10, fe80::1%2, true",
        "fe80::2, fe80::1%eth0, false"
    })
    void contains(String network, String address, boolean expected) {
        assertThat(Cidr.parse(network).contains(Cidr.literal(address))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "localhost",
                "10.0.0",
                "10.0.0.0.0",
                "10.0.0.256",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.0/8/8",
                "10.0.0.1/8",
                "2001:db8::1/64",
                "2001:db8::/129",
                "fe80::1%eth0",
                "0x7f.0.0.1",
                "2130706433",
                "1:2:3",
                ":::",
                " 10.0.0.1"
            })
    void refuses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1%", "%eth0", "127.0.0.1%eth0", "localhost%1", "%"})
    void scopeBelongsToAnIpv6Address(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.literal(text));
    }

    @Test
    void mappedAddressIsFourBytes() {
        assertThat(Cidr.literal("::ffff:127.0.0.1")).containsExactly(127, 0, 0, 1);
        assertThat(Cidr.parse("::ffff:127.0.0.1").bits()).isEqualTo(32);
    }
}
