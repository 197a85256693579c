package io.sluice.config;

import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.config.Section.Item;
import io.sluice.domain.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code cluster}. */
final class ClusterReader {
    /** Where a node listens for members when nothing says otherwise. */
    static final HostPort BIND = new HostPort("127.0.0.1", 5701);

    /** How many may vote. With other numbers a majority costs more nodes than it survives. */
    private static final Set<Integer> SIZES = Set.of(1, 2, 3, 5);

    private static final int MAX_PORT = 65_535;
    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}");

    private final Section cluster;
    private final String nodeName;

    private ClusterReader(Section cluster, String nodeName) {
        this.cluster = cluster;
        this.nodeName = nodeName;
    }

    /**
     * Reads it.
     *
     * @param nodeName the name of this node, which may be that of a voter
     * @return null when the node is alone, or when what is there makes no cluster, which is then an error
     */
    static @Nullable ClusterConfig read(Section cluster, String nodeName) {
        return new ClusterReader(cluster, nodeName).read();
    }

    private @Nullable ClusterConfig read() {
        Secret name = name();
        HostPort written = address("bind", "own address in `members`, else " + BIND);
        Long linkPort = port("link-port", "own in `members`, else `bind` + 100");
        Long busPort = port("bus-port", "`bind` + 200");
        ClusterTlsConfig tls = tls(cluster.section("tls"));
        boolean trusted = cluster.flag("trusted-network", false);
        int errors = cluster.findings().errorCount();
        HostPort service = service(written == null ? BIND.port() : written.port());
        List<Voter> members = members();
        List<Voter> voters = voters(service, linkPort);
        boolean allRead = cluster.findings().errorCount() == errors;
        HostPort discovery = address("discovery", "`service`, else none");
        if (!cluster.isPresent()) {
            return null;
        }
        List<Voter> all = cluster.has("members") ? members : voters;
        Voter own =
                all.stream().filter(v -> v.name().equals(nodeName)).findFirst().orElse(null);
        HostPort bind = written != null ? written : own != null && service == null ? own.member() : BIND;
        int link = linkPort != null
                ? linkPort.intValue()
                : own != null ? own.linkPort() : bind.port() + ClusterConfig.LINK_OFFSET;
        int bus = busPort != null ? busPort.intValue() : bind.port() + ClusterConfig.BUS_OFFSET;
        if (allRead) {
            sizes(all);
        }
        reach(bind, tls, trusted, all);
        agree(bind, link, own);
        if (link > MAX_PORT || bus > MAX_PORT) {
            cluster.error(
                    "bind", "has a port that leaves none for link (+100) and bus (+200); set link-port and bus-port");
        }
        return name == null
                ? null
                : new ClusterConfig(name, bind, link, bus, tls, trusted, all, discovery != null ? discovery : service);
    }

    // --- single options --------------------------------------------------------------------------------------------

    private @Nullable Secret name() {
        Secret name = cluster.secret("name", Section.REQUIRED, ClusterReader::clusterName);
        if (cluster.isPresent() && !cluster.has("name")) {
            cluster.error("name", "is missing; write ${file:secrets/cluster}, with one text in that file on all nodes");
        }
        if (cluster.isClearText("name")) {
            cluster.findings()
                    .warning(cluster.place("name"), "a secret in clear text; write ${env:NAME} or ${file:path}");
        }
        return name;
    }

    /** Who knows the name may join, so nobody can be allowed to guess it. */
    private static String clusterName(String text) {
        Names.strongCredential(text);
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("sample") || lower.contains("example") || lower.contains("change-me")) {
            throw new IllegalArgumentException("is a sample that everybody knows; make one: openssl rand -hex 24");
        }
        return text;
    }

    private @Nullable ClusterTlsConfig tls(Section tls) {
        Path cert = tls.pem("cert");
        Path key = tls.pem("key");
        Path ca = tls.pem("ca");
        return cert == null || key == null || ca == null ? null : new ClusterTlsConfig(cert, key, ca);
    }

    private @Nullable HostPort address(String key, String shownDefault) {
        return address(cluster, key, shownDefault);
    }

    private static @Nullable HostPort address(Section section, String key, String shownDefault) {
        return section.value(
                key, new Option(section.path(key), "address", shownDefault, "host:port"), ClusterReader::hostPort);
    }

    private static HostPort hostPort(String text) {
        Matcher parts = HOST_PORT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "is not a host and a port; write 10.0.0.1:5701, node-a:5701 or [::1]:5701");
        }
        int port = (int) Scalars.within(Scalars.integer(parts.group(3)), 1, MAX_PORT);
        return new HostPort(parts.group(1) != null ? parts.group(1) : parts.group(2), port);
    }

    private @Nullable Long port(String key, String shownDefault) {
        return cluster.optional(key, shownDefault, 1, MAX_PORT);
    }

    // --- who votes -------------------------------------------------------------------------------------------------

    private List<Voter> members() {
        List<Voter> voters = new ArrayList<>();
        cluster.named("members", "node", "address").forEach((name, member) -> {
            HostPort address = address(member, "address", Section.REQUIRED);
            Long link = member.optional("link-port", "`address` + 100", 1, MAX_PORT);
            if (!member.has("address")) {
                member.error("address", "is missing; write the member's host:port");
            }
            if (Names.isValid(member, name, Names::name) && address != null) {
                voters.add(new Voter(
                        name, address, link == null ? address.port() + ClusterConfig.LINK_OFFSET : link.intValue()));
            }
        });
        apart(voters);
        return voters;
    }

    /** Every member has ports of its own: on one machine those of two can meet. */
    private void apart(List<Voter> voters) {
        Map<HostPort, String> taken = new HashMap<>();
        for (Voter voter : voters) {
            HostPort link = new HostPort(voter.member().host(), voter.linkPort());
            for (HostPort used : List.of(voter.member(), link)) {
                String other = taken.putIfAbsent(used, voter.name());
                if (other != null) {
                    cluster.section("members")
                            .error(
                                    voter.name(),
                                    "needs " + used + ", which is " + other + "'s; members are reached at their port,"
                                            + " and at their link port, 100 more unless link-port says otherwise");
                }
            }
        }
    }

    private @Nullable HostPort service(int port) {
        String service = cluster.text("service", "DNS name", "required with voters", text -> {
            if (!HOST.matcher(text).matches()) {
                throw new IllegalArgumentException("is not a name without a port; the port is that of bind");
            }
            return text;
        });
        return service == null ? null : new HostPort(service, port);
    }

    /** They share their files, and so their ports. */
    private List<Voter> voters(@Nullable HostPort service, @Nullable Long linkPort) {
        Set<String> names = new HashSet<>();
        List<Voter> voters = new ArrayList<>();
        for (Item item : cluster.texts("voters", "names", "required without members")) {
            String name = item.text();
            try {
                Names.name(name);
            } catch (IllegalArgumentException e) {
                cluster.findings().error(item.place(), "'" + name + "' " + e.getMessage());
                continue;
            }
            if (!names.add(name)) {
                cluster.findings().error(item.place(), "'" + name + "' stands twice");
            } else if (service != null) {
                voters.add(new Voter(
                        name,
                        new HostPort(name + "." + service.host(), service.port()),
                        linkPort == null ? service.port() + ClusterConfig.LINK_OFFSET : linkPort.intValue()));
            }
        }
        if (cluster.has("voters") && !cluster.has("service")) {
            cluster.error("voters", "needs service, the headless service under which voters are found by name");
        } else if (cluster.has("service") && !cluster.has("voters")) {
            cluster.error("service", "goes with voters, not with members, which have addresses");
        }
        return voters;
    }

    // --- what goes together ----------------------------------------------------------------------------------------

    private void sizes(List<Voter> voters) {
        if (cluster.has("members") == cluster.has("voters")) {
            cluster.findings()
                    .error(
                            cluster.place(),
                            (cluster.has("members") ? "has both members and voters" : "names no node")
                                    + "; write members with their addresses, or voters with a service");
            return;
        }
        String key = cluster.has("members") ? "members" : "voters";
        if (!SIZES.contains(voters.size())) {
            cluster.error(
                    key, "names " + voters.size() + " nodes; 1, 2, 3 or 5 can vote, others join without being named");
        }
    }

    private void reach(HostPort bind, @Nullable ClusterTlsConfig tls, boolean trusted, List<Voter> voters) {
        if (BaseUrls.isLoopback(bind.host())) {
            String far = voters.stream()
                    .filter(voter -> !BaseUrls.isLoopback(voter.member().host()))
                    .map(Voter::name)
                    .filter(name -> !name.equals(nodeName))
                    .collect(Collectors.joining(", "));
            if (!far.isEmpty()) {
                cluster.findings()
                        .warning(
                                cluster.place("bind"),
                                bind + " is on this machine only, where " + far + " cannot reach it");
            }
        } else if (!cluster.has("tls") && !trusted) {
            cluster.error(
                    "bind",
                    "anyone could reach '" + bind + "'; set cluster.tls, or trusted-network: true when only nodes can");
        }
    }

    /** The others reach a voter where the list says: only its host may look different from inside. */
    private void agree(HostPort bind, int link, @Nullable Voter own) {
        if (own == null) {
            return;
        }
        if (bind.port() != own.member().port()) {
            cluster.error(
                    "bind",
                    "has port " + bind.port() + ", and the others look for " + own.name() + " at " + own.member()
                            + "; use one port");
        } else if (link != own.linkPort()) {
            cluster.error(
                    "link-port",
                    "is " + link + ", and the others look for " + own.name() + "'s link at " + own.linkPort()
                            + "; write link-port beside its address too");
        }
    }
}
