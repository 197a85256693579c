package io.sluice.preset;

import static io.sluice.preset.StrictYaml.known;
import static io.sluice.preset.StrictYaml.load;
import static io.sluice.preset.StrictYaml.mapping;
import static io.sluice.preset.StrictYaml.optional;
import static io.sluice.preset.StrictYaml.strings;
import static io.sluice.preset.StrictYaml.text;
import static io.sluice.preset.StrictYaml.yes;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.ErrorTable.Meaning;
import io.sluice.domain.failure.ErrorTable.Rule;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.Penalty;
import io.sluice.domain.failure.Reset;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.Preset.Auth;
import io.sluice.domain.pool.Preset.Quirk;
import io.sluice.domain.pool.ProviderType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the file of a preset, strictly: an unknown word, a doubled key or a doubled code is a fault. */
final class PresetReader {
    private static final Set<String> FIELDS = Set.of(
            "name",
            "title",
            "type",
            "base-url",
            "other-urls",
            "auth",
            "limits",
            "zone",
            "quirks",
            "endpoints",
            "in-answer",
            "errors");
    private static final Set<String> TABLE_FIELDS = Set.of("zone", "errors");
    private static final Set<String> RULE_FIELDS =
            Set.of("codes", "types", "text", "status", "reach", "certain", "limit", "wait", "until");
    private static final Set<String> LIMITS = Set.of("rpm", "tpm", "itpm", "otpm", "ipm", "rpd", "tpd", "concurrency");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern URL = Pattern.compile("https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._-]+)*");
    private static final Pattern WAIT = Pattern.compile("([0-9]{1,5})(ms|s|m|h)");

    private PresetReader() {}

    /**
     * Reads a preset.
     *
     * @param yaml the file's text
     * @throws IllegalArgumentException when it says what no preset may say; the message says where
     */
    static Preset read(String yaml) {
        Map<?, ?> file = mapping("the file", load(yaml));
        known("the file", file, FIELDS);
        String name = text(file, "name");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name: lower-case letters, digits and hyphens");
        }
        String type = file.containsKey("type") ? text(file, "type") : ProviderType.OPENAI.word();
        Map<String, String> others = new LinkedHashMap<>();
        optional(file, "other-urls").forEach((word, url) -> others.put((String) word, url("other-urls", url)));
        Map<String, Long> limits = new LinkedHashMap<>();
        Map<?, ?> stated = optional(file, "limits");
        known("limits", stated, LIMITS);
        stated.forEach((word, amount) -> limits.put((String) word, number("limits." + word, amount)));
        return new Preset(
                name,
                text(file, "title"),
                ProviderType.ofWord(type).orElseThrow(() -> new IllegalArgumentException("type: " + type)),
                file.containsKey("base-url") ? url("base-url", text(file, "base-url")) : null,
                others,
                word("auth", text(file, "auth"), Auth.values(), Auth::word),
                limits,
                file.containsKey("zone") ? zone(text(file, "zone")) : null,
                quirks(file),
                table(file, strings("in-answer", file.get("in-answer"))),
                endpoints(file));
    }

    /**
     * Reads what the errors of a dialect mean.
     *
     * @param yaml the file's text
     * @throws IllegalArgumentException as for {@link #read}
     */
    static ErrorTable errors(String yaml) {
        Map<?, ?> file = mapping("the file", load(yaml));
        known("the file", file, TABLE_FIELDS);
        return table(file, List.of());
    }

    private static ErrorTable table(Map<?, ?> file, List<String> inAnswer) {
        return new ErrorTable(
                rules(optional(file, "errors")),
                file.containsKey("zone") ? ZoneId.of(zone(text(file, "zone"))) : ZoneOffset.UTC,
                inAnswer);
    }

    /** By the paths that they have at OpenAI; those that everybody has are not named. */
    private static Set<Endpoint> endpoints(Map<?, ?> file) {
        Set<Endpoint> endpoints = new LinkedHashSet<>();
        for (String path : strings("endpoints", file.get("endpoints"))) {
            Endpoint named = Arrays.stream(Endpoint.values())
                    .filter(endpoint -> !endpoint.isCommon() && endpoint.path().equals("/" + path))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("endpoints: " + path + " is not known"));
            if (!endpoints.add(named)) {
                throw new IllegalArgumentException("endpoints: " + path + " stands twice");
            }
        }
        return endpoints;
    }

    private static Set<Quirk> quirks(Map<?, ?> file) {
        Set<Quirk> quirks = new LinkedHashSet<>();
        for (String quirk : strings("quirks", file.get("quirks"))) {
            if (!quirks.add(word("quirks", quirk, Quirk.values(), Quirk::word))) {
                throw new IllegalArgumentException("quirks: " + quirk + " stands twice");
            }
        }
        return quirks;
    }

    private static String zone(String text) {
        try {
            return ZoneId.of(text).getId();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("zone: " + text + " is not known", e);
        }
    }

    private static List<Rule> rules(Map<?, ?> errors) {
        List<Rule> rules = new ArrayList<>();
        Map<String, String> seen = new HashMap<>();
        errors.forEach((word, list) -> {
            String place = "errors." + word;
            Meaning meaning = word(place, String.valueOf(word), Meaning.values(), Meaning::word);
            if (!(list instanceof List<?> items)) {
                throw new IllegalArgumentException(place + ": a list of rules");
            }
            for (Object item : items) {
                Rule rule = rule(place, meaning, mapping(place, item));
                distinct(place, rule, seen);
                rules.add(rule);
            }
        });
        return rules;
    }

    private static Rule rule(String place, Meaning meaning, Map<?, ?> stated) {
        known(place, stated, RULE_FIELDS);
        Set<Integer> statuses = new HashSet<>();
        for (String status : strings(place + ".status", stated.get("status"))) {
            statuses.add((int) number(place + ".status", status));
        }
        try {
            return new Rule(
                    meaning,
                    Set.copyOf(strings(place + ".codes", stated.get("codes"))),
                    Set.copyOf(strings(place + ".types", stated.get("types"))),
                    stated.containsKey("text") ? Pattern.compile(text(stated, "text"), Pattern.CASE_INSENSITIVE) : null,
                    statuses,
                    penalty(place, stated));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(place + ".text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
        }
    }

    private static Penalty penalty(String place, Map<?, ?> stated) {
        return new Penalty(
                stated.containsKey("reach")
                        ? word(place + ".reach", text(stated, "reach"), Reach.values(), Reach::word)
                        : null,
                !stated.containsKey("certain") || yes(place + ".certain", text(stated, "certain")),
                stated.containsKey("limit")
                        ? word(place + ".limit", text(stated, "limit"), LimitKind.values(), LimitKind::word)
                        : null,
                stated.containsKey("wait") ? wait(place, text(stated, "wait")) : Duration.ZERO,
                stated.containsKey("until")
                        ? word(place + ".until", text(stated, "until"), Reset.values(), Reset::word)
                        : null);
    }

    /** Two rules that fit the same error equally well contradict one another, or one of them says nothing. */
    private static void distinct(String place, Rule rule, Map<String, String> seen) {
        String rest = "|" + (rule.text() == null ? "" : rule.text().pattern());
        for (String code : rule.codes().isEmpty() ? Set.of("") : rule.codes()) {
            for (String type : rule.types().isEmpty() ? Set.of("") : rule.types()) {
                for (Object status : rule.statuses().isEmpty() ? Set.of("") : rule.statuses()) {
                    String key = code + "|" + type + "|" + status + rest;
                    String before = seen.put(key, place);
                    if (before != null) {
                        throw new IllegalArgumentException(place + ": " + key + " stands in " + before + " too");
                    }
                }
            }
        }
    }

    private static Duration wait(String place, String text) {
        var matcher = WAIT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(place + ".wait: a number with ms, s, m or h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofSeconds(amount);
        };
    }

    private static <E> E word(String place, String word, E[] values, Function<E, String> words) {
        for (E value : values) {
            if (words.apply(value).equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException(place + ": " + word + " is not known");
    }

    private static String url(String place, Object value) {
        if (value instanceof String text && URL.matcher(text).matches()) {
            return text;
        }
        throw new IllegalArgumentException(place + ": a URL without a slash at its end");
    }

    private static long number(String place, Object value) {
        if (value instanceof String text && text.matches("[0-9]{1,3}(_?[0-9]{3}){0,4}|[0-9]{1,10}")) {
            return Long.parseLong(text.replace("_", ""));
        }
        throw new IllegalArgumentException(place + ": a whole number");
    }
}
