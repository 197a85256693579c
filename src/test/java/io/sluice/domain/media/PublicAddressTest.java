package io.sluice.domain.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {
    private static byte[] bytes(String literal) {
        try {
            return InetAddress.getByName(literal).getAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, this host",
        "0.255.255.255, this network",
        "10.0.0.1, private",
        "10.255.255.255, private",
        "100.64.0.0, shared",
        "100.100.100.200, metadata of Alibaba Cloud",
        "100.127.255.255, shared",
        "127.0.0.1, loopback",
        "127.255.255.254, loopback",
        "168.63.129.16, Azure's wire server",
        "169.254.169.254, metadata",
        "169.254.170.2, metadata of ECS",
        "172.16.0.1, private",
        "172.31.255.255, private",
        "192.0.0.192, metadata of Oracle Cloud",
        "192.0.2.1, documentation",
        "192.88.99.1, relay",
        "192.168.0.1, private",
        "198.18.0.1, benchmarks",
        "198.19.255.255, benchmarks",
        "198.51.100.7, documentation",
        "203.0.113.7, documentation",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "240.0.0.1, reserved",
        "255.255.255.255, broadcast",
        ":: , none",
        "::1, loopback",
        "::127.0.0.1, IPv4-compatible",
        "::8.8.8.8, IPv4-compatible",
        "64:ff9b::7f00:1, NAT64 of loopback",
        "64:ff9b::a9fe:a9fe, NAT64 of metadata",
        "64:ff9b::a00:1, NAT64 of private",
        "64:ff9b:1::808:808, NAT64 of somebody's own",
        "100::1, discard",
        "2001::1, Teredo",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2, Teredo",
        "2001:20::1, ORCHID",
        "2001:db8::1, documentation",
        "2002:7f00:1::1, 6to4 of loopback",
        "2002:808:808::1, 6to4",
        "3fff::1, documentation",
        "2a00::5efe:a00:1, ISATAP of private",
        "2a00::200:5efe:7f00:1, ISATAP of loopback",
        "4000::1, not given out",
        "5f00::1, segment routing",
        "fc00::1, unique local",
        "fd00:ec2::254, metadata of EC2",
        "fe80::1, link-local",
        "fec0::1, site-local",
        "ff02::1, multicast"
    })
    void refusesWhatIsNotPublic(String literal, String why) {
        assertThat(PublicAddress.isPublic(bytes(literal))).as(why).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "168.63.129.15",
                "169.253.255.255",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450:4001::1",
                "2001:200::1",
                "2001:4860:4860::8888",
                "2003::1",
                "2a00::5efe:808:808",
                "64:ff9b::808:808"
            })
    void allowsWhatIsPublic(String literal) {
        assertThat(PublicAddress.isPublic(bytes(literal))).isTrue();
    }

    /** The JDK unwraps mapped addresses by itself; who hands the bytes over must not depend on it. */
    @Test
    void looksIntoMappedAddresses() {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 127;
        mapped[15] = 1;

        assertThat(PublicAddress.isPublic(mapped)).isFalse();

        mapped[12] = 8;
        assertThat(PublicAddress.isPublic(mapped)).isTrue();
    }

    @Test
    void refusesWhatIsNoAddress() {
        assertThat(PublicAddress.isPublic(new byte[0])).isFalse();
        assertThat(PublicAddress.isPublic(new byte[5])).isFalse();
    }
}
