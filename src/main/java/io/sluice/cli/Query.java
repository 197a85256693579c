package io.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path of the admin API with its query. */
final class Query {
    private final StringBuilder text;
    private boolean first = true;

    /**
     * A path.
     *
     * @param path behind {@code /admin/v1}; its parts are encoded already
     */
    Query(String path) {
        text = new StringBuilder("/admin/v1").append(path);
    }

    /** Adds a parameter; nothing for null. */
    Query and(String name, @Nullable Object value) {
        if (value != null) {
            text.append(first ? '?' : '&').append(name).append('=').append(encoded(value.toString()));
            first = false;
        }
        return this;
    }

    /** Adds a parameter as often as there are values. */
    Query each(String name, @Nullable List<String> values) {
        if (values != null) {
            values.forEach(value -> and(name, value));
        }
        return this;
    }

    /** A part of a path, or a value. */
    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
