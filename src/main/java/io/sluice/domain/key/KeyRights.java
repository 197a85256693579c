package io.sluice.domain.key;

import io.sluice.domain.Glob;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.EndpointFamily;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual key may do, and from where and when.
 *
 * @param models which models it may use; empty allows all that are not denied
 * @param denyModels which models it may not use, whatever {@code models} says
 * @param endpoints what it may ask for; empty allows all
 * @param allowFrom networks it may be used from; empty allows all
 * @param expires instant from which it is refused; null for never
 * @param disabled whether an operator switched it off
 */
public record KeyRights(
        List<Glob> models,
        List<Glob> denyModels,
        Set<EndpointFamily> endpoints,
        List<Cidr> allowFrom,
        @Nullable Instant expires,
        boolean disabled) {
    /** Everything, from everywhere, for ever. */
    public static final KeyRights ALL = new KeyRights(List.of(), List.of(), Set.of(), List.of(), null, false);

    /** Copies the collections. */
    public KeyRights {
        models = List.copyOf(models);
        denyModels = List.copyOf(denyModels);
        endpoints = endpoints.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(endpoints));
        allowFrom = List.copyOf(allowFrom);
    }

    /** The same rights for some models only. */
    public KeyRights withModels(List<Glob> allowed, List<Glob> denied) {
        return new KeyRights(allowed, denied, endpoints, allowFrom, expires, disabled);
    }

    /** The same rights for some endpoints only. */
    public KeyRights withEndpoints(Set<EndpointFamily> allowed) {
        return new KeyRights(models, denyModels, allowed, allowFrom, expires, disabled);
    }

    /** The same rights from some networks only. */
    public KeyRights withNetworks(List<Cidr> networks) {
        return new KeyRights(models, denyModels, endpoints, networks, expires, disabled);
    }

    /** The same rights until another instant; null for ever. */
    public KeyRights until(@Nullable Instant instant) {
        return new KeyRights(models, denyModels, endpoints, allowFrom, instant, disabled);
    }

    /** No rights for now. */
    public KeyRights switchedOff() {
        return new KeyRights(models, denyModels, endpoints, allowFrom, expires, true);
    }

    /**
     * Whether a model may be used.
     *
     * @param model public model name
     */
    public boolean allows(String model) {
        return !matches(denyModels, model) && (models.isEmpty() || matches(models, model));
    }

    /** Whether an endpoint may be asked. */
    public boolean allows(Endpoint endpoint) {
        return endpoints.isEmpty() || endpoints.contains(EndpointFamily.of(endpoint));
    }

    /**
     * Whether it may be used from an address.
     *
     * @param address 4 or 16 bytes
     */
    public boolean allowsFrom(byte[] address) {
        if (allowFrom.isEmpty()) {
            return true;
        }
        for (Cidr network : allowFrom) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is over, or switched off. */
    public boolean isOff(Instant now) {
        return disabled || expires != null && !now.isBefore(expires);
    }

    private static boolean matches(List<Glob> globs, String model) {
        for (int i = 0; i < globs.size(); i++) {
            if (globs.get(i).matches(model)) {
                return true;
            }
        }
        return false;
    }
}
