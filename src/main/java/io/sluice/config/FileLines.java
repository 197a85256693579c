package io.sluice.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines of configuration around a place, to be shown to operators: what may be a secret is masked. */
public final class FileLines {
    private static final int AROUND = 2;
    private static final int LONGEST = 200;
    private static final String MASK = "•••";

    /** The value of a key whose name says that it is nobody's business; a reference is no value. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)([a-z0-9_.-]*(?:key|secret|token|password|credential|authorization|cookie|webhook)[a-z0-9_.-]*[\"']?\\s*:\\s*)"
                    + "(?![\"']?\\$\\{|[\\[{])([^\\s,}\\]][^,}\\]]*)");

    /** Anything that is as long as a key, with letters and digits in it. */
    private static final Pattern LONG = Pattern.compile("[A-Za-z0-9_+/=-]{20,}");

    private static final Pattern PATHS = Pattern.compile("gateway\\.yaml|gateway\\.d/[^/]+|node\\.yaml");

    private FileLines() {}

    /**
     * A line.
     *
     * @param number from 1
     * @param text at most 200 characters, masked
     */
    public record Line(int number, String text) {}

    /**
     * Lines of a text.
     *
     * @param text of a file
     * @param line around which, from 1; nothing is shown for any other number
     */
    public static List<Line> around(String text, int line) {
        String[] all = text.split("\r\n|\n|\r", -1);
        List<Line> shown = new ArrayList<>();
        if (line >= 1 && line <= all.length) {
            for (int i = Math.max(1, line - AROUND); i <= Math.min(all.length, line + AROUND); i++) {
                shown.add(new Line(i, masked(all[i - 1])));
            }
        }
        return shown;
    }

    /**
     * Lines of a file of the configuration; none when it is no such file, or cannot be read. Blocks.
     *
     * @param dir the configuration directory
     * @param file its name relative to that
     * @param line around which, from 1
     */
    public static List<Line> around(Path dir, String file, int line) {
        if (line < 1 || !PATHS.matcher(file).matches()) {
            return List.of();
        }
        try {
            byte[] bytes = BoundedFile.read(dir.resolve(file), YamlReader.MAX_BYTES);
            return around(new String(bytes, StandardCharsets.UTF_8), line);
        } catch (IOException e) {
            return List.of();
        }
    }

    static String masked(String line) {
        String cut = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
        String open = SECRET.matcher(cut).replaceAll(found -> Matcher.quoteReplacement(found.group(1) + MASK));
        return LONG.matcher(open)
                .replaceAll(found -> isLikeAKey(found.group()) ? MASK : Matcher.quoteReplacement(found.group()));
    }

    private static boolean isLikeAKey(String run) {
        return run.chars().anyMatch(c -> c >= '0' && c <= '9') && run.chars().anyMatch(Character::isLetter);
    }
}
