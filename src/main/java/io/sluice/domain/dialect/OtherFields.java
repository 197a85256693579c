package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.HarmlessFields;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Fields of a request that have no place in the canonical model. Whoever reads an object of a request says what it has read
 * of it; the rest is kept under its path, such as {@code messages[2].content[0].tone}, so that a target which does not know
 * it loses it aloud.
 */
public final class OtherFields {
    private static final Pattern STEP = Pattern.compile("\\.|(?=\\[)");
    private static final Pattern INDEX = Pattern.compile("\\[[0-9]{1,6}]");

    private OtherFields() {}

    /**
     * Keeps what was not read. A field that is null is a field that is not there, and one inside of a list that is
     * {@linkplain HarmlessFields harmless} need not be kept.
     *
     * @param client the dialect of the request
     * @param object what was read; anything but an object has no fields
     * @param known names of the fields that were read
     * @param at where it stands; empty for the request itself
     * @param extras takes the others by their path
     */
    public static void keep(
            ChatDialect client, JsonNode object, Set<String> known, String at, Map<String, JsonNode> extras) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode value = field.getValue();
            if (!known.contains(field.getKey()) && !value.isNull()) {
                String path = at.isEmpty() ? field.getKey() : at + "." + field.getKey();
                if (at.indexOf('[') < 0 || !HarmlessFields.isHarmless(client, path, value)) {
                    extras.put(path, value);
                }
            }
        }
    }

    /**
     * Puts a field back where it stood.
     *
     * @param body a request whose lists have the same items in the same places
     * @param path as {@link #keep} wrote it
     * @return false when there is no such place any more, or something stands there
     */
    public static boolean putBack(ObjectNode body, String path, JsonNode value) {
        JsonNode at = body;
        String[] steps = STEP.split(path);
        for (int i = 0; i < steps.length - 1; i++) {
            String step = steps[i];
            at = INDEX.matcher(step).matches()
                    ? at.path(Integer.parseInt(step, 1, step.length() - 1, 10))
                    : at.path(step);
        }
        String name = steps[steps.length - 1];
        if (!(at instanceof ObjectNode object) || object.has(name) || name.startsWith("[")) {
            return false;
        }
        object.set(name, value);
        return true;
    }
}
