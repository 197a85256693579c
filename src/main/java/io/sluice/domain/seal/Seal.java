package io.sluice.domain.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Seals texts: each under a data key of its own, which is wrapped under a master key. What is sealed says the id of its master
 * key, and is bound to its place: it opens nowhere else.
 *
 * <pre>  v1.KEY-ID.WRAPPED-DATA-KEY.TEXT      both in base64url, each begins with its nonce</pre>
 *
 * Blocks as far as the master keys do; safe on any thread.
 */
public final class Seal {
    private static final Pattern FORM =
            Pattern.compile("v1\\.([A-Za-z0-9_-]{1,64})\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final MasterKeys keys;
    private final Entropy entropy;

    /** A sealed text in its parts. */
    private record Parts(String key, byte[] dataKey, byte[] text) {}

    /**
     * A seal.
     *
     * @param keys wrap the data keys
     * @param entropy for data keys and nonces
     */
    public Seal(MasterKeys keys, Entropy entropy) {
        this.keys = keys;
        this.entropy = entropy;
    }

    /**
     * Seals a text under the newest master key.
     *
     * @param text any text
     * @param place what it is bound to
     * @return printable ASCII; different each time
     * @throws SealFailure when the master key does not answer
     */
    public String seal(String text, String place) throws SealFailure {
        byte[] dataKey = entropy.bytes(AesGcm.KEY_BYTES);
        byte[] sealed = AesGcm.encrypt(dataKey, text.getBytes(UTF_8), place.getBytes(UTF_8), entropy);
        String result = wrapped(dataKey, place, sealed);
        Arrays.fill(dataKey, (byte) 0);
        return result;
    }

    /**
     * Opens what was sealed.
     *
     * @param sealed what {@link #seal} gave
     * @param place what it is bound to
     * @throws SealFailure when it is anything else, or its master key is not here
     */
    public String open(String sealed, String place) throws SealFailure {
        Parts parts = parts(sealed);
        byte[] dataKey = dataKey(parts, place);
        return new String(AesGcm.decrypt(dataKey, parts.text(), place.getBytes(UTF_8)), UTF_8);
    }

    /** Whether {@link #renew} would change it. */
    public boolean isOld(String sealed) {
        try {
            Parts parts = parts(sealed);
            return keys.isOld(parts.key(), parts.dataKey());
        } catch (SealFailure e) {
            return false;
        }
    }

    /**
     * Begins to seal under the newest master key there is, before everything is renewed.
     *
     * @throws SealFailure when a key service does not answer; everything stays as it was
     */
    public void freshen() throws SealFailure {
        keys.freshen();
    }

    /**
     * Wraps the data key of something sealed under the newest master key; the text itself is not opened.
     *
     * @return what opens at the same place
     * @throws SealFailure as {@link #open}
     */
    public String renew(String sealed, String place) throws SealFailure {
        Parts parts = parts(sealed);
        return wrapped(dataKey(parts, place), place, parts.text());
    }

    private String wrapped(byte[] dataKey, String place, byte[] text) throws SealFailure {
        String key = keys.newest();
        byte[] wrapped = keys.wrap(dataKey, binding(key, place));
        return "v1." + key + "." + ENCODER.encodeToString(wrapped) + "." + ENCODER.encodeToString(text);
    }

    private byte[] dataKey(Parts parts, String place) throws SealFailure {
        byte[] dataKey = keys.unwrap(parts.key(), parts.dataKey(), binding(parts.key(), place));
        if (dataKey.length != AesGcm.KEY_BYTES) {
            throw new SealFailure("the master key " + parts.key() + " gave something other than a data key");
        }
        return dataKey;
    }

    private static Parts parts(String sealed) throws SealFailure {
        Matcher form = FORM.matcher(sealed);
        if (!form.matches()) {
            throw new SealFailure("it is not in the form of something sealed");
        }
        try {
            return new Parts(form.group(1), DECODER.decode(form.group(2)), DECODER.decode(form.group(3)));
        } catch (IllegalArgumentException e) {
            throw new SealFailure("it is not in the form of something sealed");
        }
    }

    /** The version and the master key's name are a part of it, so that neither can be exchanged. */
    private static byte[] binding(String key, String place) {
        return ("v1." + key + "." + place).getBytes(UTF_8);
    }
}
