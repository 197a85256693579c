package io.sluice.domain.seal;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Master keys of several kinds: the first wraps, all of them unwrap. So an installation goes from one kind to another by a
 * renewal of everything.
 *
 * @param first wraps
 * @param others unwrap too
 */
public record MasterKeyChain(MasterKeys first, List<MasterKeys> others) implements MasterKeys {
    /** Copies the list. */
    public MasterKeyChain {
        others = List.copyOf(others);
    }

    private Stream<MasterKeys> all() {
        return Stream.concat(Stream.of(first), others.stream());
    }

    @Override
    public String newest() {
        return first.newest();
    }

    @Override
    public Set<String> known() {
        return all().flatMap(keys -> keys.known().stream()).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public byte[] wrap(byte[] dataKey, byte[] boundTo) throws SealFailure {
        return first.wrap(dataKey, boundTo);
    }

    @Override
    public byte[] unwrap(String id, byte[] wrapped, byte[] boundTo) throws SealFailure {
        for (MasterKeys keys : all().toList()) {
            if (keys.known().contains(id)) {
                return keys.unwrap(id, wrapped, boundTo);
            }
        }
        throw new SealFailure("it is sealed under the master key " + id + ", and this node has "
                + known().stream().sorted().collect(Collectors.joining(", ")));
    }

    @Override
    public void freshen() throws SealFailure {
        first.freshen();
    }

    @Override
    public boolean isOld(String id, byte[] wrapped) {
        return first.isOld(id, wrapped);
    }
}
