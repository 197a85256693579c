package io.sluice.simulator;

import java.util.Base64;

/** Checks media that stand in requests. */
final class Media {
    private Media() {}

    /** Whether a text is base64 and not empty. */
    static boolean isBase64(String text) {
        try {
            return !text.isEmpty() && Base64.getDecoder().decode(text).length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether a text is a data URL in base64. */
    static boolean isDataUrl(String url) {
        int comma = url.indexOf(',');
        return url.startsWith("data:")
                && comma > 0
                && url.substring(0, comma).endsWith(";base64")
                && isBase64(url.substring(comma + 1));
    }

    /** Whether a text is an address on the web. */
    static boolean isWebUrl(String url) {
        return url.startsWith("https://") || url.startsWith("http://");
    }
}
