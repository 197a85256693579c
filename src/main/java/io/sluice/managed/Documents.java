package io.sluice.managed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Documents of what is managed by API: whole ones, with their secrets, and bare ones, with a mark in the place of each. The
 * mark of a credential is its fingerprint, {@code fingerprint 1a2b…}; that of any other secret, which may be a short word, is
 * {@code sealed}. Who changes a bare document and sends it back keeps every secret whose mark still stands.
 */
public final class Documents {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final String SEALED = "sealed";
    private static final Pattern FINGERPRINT = Pattern.compile("fingerprint [0-9a-f]{12}");
    private static final Pattern CREDENTIAL = Pattern.compile("(/accounts/[^/]*)?(/tls)?/key");

    private Documents() {}

    /**
     * A bare document and what was taken out of it.
     *
     * @param document JSON text with marks
     * @param secrets JSON text of each secret, by its path
     */
    public record Split(String document, Map<String, String> secrets) {
        /** Copies the map. */
        public Split {
            secrets = Map.copyOf(secrets);
        }

        /** Without the secrets. */
        @Override
        public String toString() {
            return document;
        }
    }

    /**
     * A document in which marks were put in the place of secrets again.
     *
     * @param document JSON text
     * @param missing paths of marks that stand for nothing: there is no such secret, or it has another fingerprint
     */
    public record Joined(String document, List<String> missing) {
        /** Copies the list. */
        public Joined {
            missing = List.copyOf(missing);
        }

        /** Without the document, which holds secrets. */
        @Override
        public String toString() {
            return "missing " + missing;
        }
    }

    /**
     * Reads a JSON object.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static ObjectNode read(String text) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("is not a JSON object");
    }

    /**
     * Takes the secrets out.
     *
     * @param kind what it is
     * @param whole JSON text with secrets
     */
    public static Split split(Kind kind, String whole) {
        ObjectNode document = read(whole);
        Map<String, String> secrets = new LinkedHashMap<>();
        SecretFields.each(kind, document, (path, holder, field) -> {
            JsonNode value = holder.get(field);
            secrets.put(path, value.toString());
            holder.set(field, TextNode.valueOf(mark(path, value)));
        });
        return new Split(document.toString(), secrets);
    }

    /**
     * Puts secrets in the place of their marks. Whatever else stands in a secret field stays: it is a new secret.
     *
     * @param kind what it is
     * @param bare JSON text with marks
     * @param secrets JSON text of each secret, by its path
     */
    public static Joined join(Kind kind, String bare, Map<String, String> secrets) {
        ObjectNode document = read(bare);
        List<String> missing = new ArrayList<>();
        SecretFields.each(kind, document, (path, holder, field) -> {
            String given = holder.get(field).asText();
            if (!isMark(path, given)) {
                return;
            }
            JsonNode secret = secrets.containsKey(path) ? value(secrets.get(path)) : null;
            if (secret == null || !mark(path, secret).equals(given)) {
                missing.add(path);
            } else {
                holder.set(field, secret);
            }
        });
        return new Joined(document.toString(), missing);
    }

    private static JsonNode value(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a secret is no JSON", e);
        }
    }

    private static boolean isMark(String path, String text) {
        return text.equals(SEALED)
                || (CREDENTIAL.matcher(path).matches()
                        && FINGERPRINT.matcher(text).matches());
    }

    private static String mark(String path, JsonNode value) {
        return value.isTextual()
                        && !value.asText().isEmpty()
                        && CREDENTIAL.matcher(path).matches()
                ? "fingerprint " + Secret.of(value.asText()).fingerprint()
                : SEALED;
    }

    /** The text fields of an object, such as sealed secrets by path. */
    public static Map<String, String> texts(String json) {
        Map<String, String> texts = new LinkedHashMap<>();
        read(json)
                .properties()
                .forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
        return texts;
    }

    /** An object of texts. */
    public static String object(Map<String, String> texts) {
        ObjectNode object = JSON.createObjectNode();
        texts.forEach(object::put);
        return object.toString();
    }
}
