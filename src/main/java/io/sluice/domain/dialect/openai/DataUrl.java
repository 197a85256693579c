package io.sluice.domain.dialect.openai;

import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.dialect.MalformedRequestException;
import java.util.Locale;

/** Addresses that hold what they point at (RFC 2397), in base64. */
final class DataUrl {
    private static final String SCHEME = "data:";
    private static final String BASE64 = ";base64";
    private static final int LONGEST_HEAD = 256;

    private DataUrl() {}

    static boolean is(String url) {
        return url.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Reads an address of either kind.
     *
     * @param path where it stands in the request
     * @throws MalformedRequestException when it holds data in another form than base64
     */
    static MediaSource read(String url, String path) {
        if (!is(url)) {
            return new MediaSource.Url(url, null);
        }
        int comma = url.indexOf(',');
        if (comma < 0 || comma > LONGEST_HEAD) {
            throw malformed(path);
        }
        String head = url.substring(SCHEME.length(), comma);
        if (!head.toLowerCase(Locale.ROOT).endsWith(BASE64)) {
            throw malformed(path);
        }
        int type = head.indexOf(';');
        return new MediaSource.Data(head.substring(0, type), url.substring(comma + 1));
    }

    static String write(MediaSource.Data data) {
        return SCHEME + data.mediaType() + BASE64 + "," + data.base64();
    }

    private static MalformedRequestException malformed(String path) {
        return new MalformedRequestException(
                path, "Invalid value for '" + path + "': expected a URL, or a data URL in base64.");
    }
}
