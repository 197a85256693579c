package io.sluice.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** JSON as YAML and back: of the types that YAML guesses, only those of JSON, so that a date stays the text that it is. */
public final class PlainYaml {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_CHARACTERS = 64 * 1024 * 1024;
    private static final Pattern TRUTH = Pattern.compile("true|false");
    private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]*)");
    private static final Pattern BROKEN = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
    private static final Pattern NOTHING = Pattern.compile("null|~|");

    private PlainYaml() {}

    /** The types of JSON. */
    private static final class JsonTypes extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, TRUTH, "tf");
            addImplicitResolver(Tag.INT, WHOLE, "-0123456789");
            addImplicitResolver(Tag.FLOAT, BROKEN, "-0123456789");
            addImplicitResolver(Tag.NULL, NOTHING, "n~\0");
        }
    }

    private static Yaml yaml() {
        LoaderOptions loading = new LoaderOptions();
        loading.setCodePointLimit(MOST_CHARACTERS);
        loading.setAllowDuplicateKeys(false);
        // What is written once and meant a thousand times takes memory that its length does not show.
        loading.setMaxAliasesForCollections(0);
        loading.setNestingDepthLimit(50);
        DumperOptions writing = new DumperOptions();
        writing.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        writing.setWidth(120);
        return new Yaml(new SafeConstructor(loading), new Representer(writing), writing, loading, new JsonTypes());
    }

    /** JSON as YAML. */
    public static String write(JsonNode json) {
        return yaml().dump(JSON.convertValue(json, Object.class));
    }

    /**
     * YAML, or JSON, which is YAML too.
     *
     * @throws IllegalArgumentException when it is neither, with the end of a sentence that begins with its name
     */
    public static JsonNode read(String text) {
        try {
            Object value = yaml().load(text);
            return JSON.valueToTree(value);
        } catch (YAMLException e) {
            throw new IllegalArgumentException(
                    "is not YAML: " + String.valueOf(e.getMessage()).replace('\n', ' '), e);
        }
    }
}
