package io.sluice.domain.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Master keys of a service. One call for each secret would make a start with ten thousand of them take minutes, so there is a key
 * between: a process makes one the first time it seals, has it wrapped by the service, and wraps data keys under it itself. What is
 * wrapped brings that key along, as the service has wrapped it:
 *
 * <pre>  length of KEY (2 bytes) | KEY, wrapped by the service | data key, AES-256-GCM under KEY</pre>
 *
 * So the service is asked once for each such key, and after {@link #freshen} and a renewal of everything there is one only. Keys
 * that were unwrapped stay in memory. Safe on any thread; callers wait for one another.
 */
public final class ServiceMasterKeys implements MasterKeys {
    private static final int MOST_KEPT = 10_000;
    private static final int MOST_CHARACTERS = 1_024;

    private final String id;
    private final KeyService service;
    private final Entropy entropy;
    private final Map<String, byte[]> unwrapped = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable Key current;

    /** The key between. */
    private record Key(byte[] bytes, String wrapped) {}

    /** What {@link #wrap} gave, in its parts. */
    private record Parts(String key, byte[] dataKey) {}

    /**
     * Keys of a service.
     *
     * @param id under which it is known in what is sealed; 1 to 64 letters, digits and {@code _ -}
     * @param service wraps
     * @param entropy for keys and nonces
     */
    public ServiceMasterKeys(String id, KeyService service, Entropy entropy) {
        this.id = id;
        this.service = service;
        this.entropy = entropy;
    }

    @Override
    public String newest() {
        return id;
    }

    @Override
    public Set<String> known() {
        return Set.of(id);
    }

    @Override
    public synchronized byte[] wrap(byte[] dataKey, byte[] boundTo) throws SealFailure {
        if (current == null) {
            freshen();
        }
        Key key = current;
        if (key == null) {
            throw new IllegalStateException("there is one, or it has failed");
        }
        byte[] name = key.wrapped.getBytes(US_ASCII);
        byte[] encrypted = AesGcm.encrypt(key.bytes, dataKey, boundTo, entropy);
        return ByteBuffer.allocate(Short.BYTES + name.length + encrypted.length)
                .putShort((short) name.length)
                .put(name)
                .put(encrypted)
                .array();
    }

    @Override
    public synchronized void freshen() throws SealFailure {
        byte[] bytes = entropy.bytes(AesGcm.KEY_BYTES);
        String wrapped = service.wrap(bytes);
        if (wrapped.isEmpty()
                || wrapped.length() > MOST_CHARACTERS
                || !wrapped.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new SealFailure("the key service answers with something that is no wrapped key");
        }
        current = new Key(bytes, wrapped);
        keep(wrapped, bytes);
    }

    @Override
    public synchronized boolean isOld(String key, byte[] wrapped) {
        try {
            return !key.equals(id) || current == null || !parts(wrapped).key.equals(current.wrapped);
        } catch (SealFailure e) {
            return false;
        }
    }

    @Override
    public synchronized byte[] unwrap(String key, byte[] wrapped, byte[] boundTo) throws SealFailure {
        if (!key.equals(id)) {
            throw new SealFailure("it is sealed under the master key " + key + ", and this node has " + id);
        }
        Parts parts = parts(wrapped);
        byte[] between = unwrapped.get(parts.key);
        if (between == null) {
            between = service.unwrap(parts.key);
            if (between.length != AesGcm.KEY_BYTES) {
                throw new SealFailure("the key service gives something other than a key of ours");
            }
            keep(parts.key, between);
        }
        return AesGcm.decrypt(between, parts.dataKey, boundTo);
    }

    private void keep(String wrapped, byte[] key) {
        if (unwrapped.size() >= MOST_KEPT) {
            unwrapped.remove(unwrapped.keySet().iterator().next());
        }
        unwrapped.put(wrapped, key);
    }

    private static Parts parts(byte[] wrapped) throws SealFailure {
        ByteBuffer bytes = ByteBuffer.wrap(wrapped);
        int length = bytes.remaining() < Short.BYTES ? 0 : bytes.getShort();
        if (length <= 0 || length > MOST_CHARACTERS || length > bytes.remaining()) {
            throw new SealFailure("it is not in the form of something sealed");
        }
        byte[] name = new byte[length];
        bytes.get(name);
        byte[] dataKey = new byte[bytes.remaining()];
        bytes.get(dataKey);
        return new Parts(new String(name, US_ASCII), dataKey);
    }
}
