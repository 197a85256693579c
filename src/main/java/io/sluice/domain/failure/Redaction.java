package io.sluice.domain.failure;

import java.util.regex.Pattern;

/**
 * Takes out of a provider's text what a client must not see: keys, organisation and project ids, long tokens, e-mail
 * addresses, hosts, IP addresses, control characters. What is left is for people, and is at most {@value #MAX} chars.
 */
public final class Redaction {
    /** The most characters that are left. */
    public static final int MAX = 500;

    private static final int READ = 4_000;
    private static final String MASK = "***";
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\s]++");
    private static final Pattern URLS = Pattern.compile("(?i)\\b(https?|wss?)://[^\\s\"'<>]++");
    private static final Pattern MAILS = Pattern.compile("(?<![\\w.+-])[\\w.+-]++@[\\w.-]++");
    private static final Pattern IDS =
            Pattern.compile("(?i)(?<![a-z0-9])(sk|pk|org|proj|gsk|xai|csk|nvapi)[-_][\\w*.-]{3,}+");
    private static final Pattern NAMED =
            Pattern.compile("(?i)\\b(bearer|api[-_ ]?key(?: provided)?:?)\\s++[\\w*.~+/=-]{8,}+");
    private static final Pattern TOKENS =
            Pattern.compile("(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{20,}+[=]*+");
    /** Longer than any model's name, and of three kinds of characters: a key of a form not known above. */
    private static final Pattern LONG_TOKENS =
            Pattern.compile("(?<![\\w-])(?=[\\w-]*[0-9])(?=[\\w-]*[A-Z])(?=[\\w-]*[a-z])[\\w-]{32,}+");

    private static final Pattern IPV4 =
            Pattern.compile("(?<![\\d.])\\d{1,3}+(?:\\.\\d{1,3}+){3}(?::\\d++)?+(?![\\d.]*\\d)");
    private static final Pattern IPV6 = Pattern.compile(
            "(?i)(?<![\\w:])\\[?+(?=[0-9a-f:.]{0,39}:[0-9a-f]{0,4}:)[0-9a-f:]{2,39}+(?:%\\w++)?+]?+(?::\\d++)?+(?![\\w:])");
    private static final Pattern HOSTS =
            Pattern.compile("(?i)(?<![\\w.-])(?:[a-z0-9_-]++\\.)++(?:internal|local|localdomain|"
                    + "lan|corp|intra|svc|cluster|com|net|org|io|ai|cn|dev|cloud|eu|de|uk)\\b\\.?+(?::\\d++)?+");
    private static final Pattern PORTS = Pattern.compile("(?i)(?<![\\w.-])[a-z][\\w.-]*+:\\d{2,5}+\\b");

    private Redaction() {}

    /**
     * Makes a text safe to show.
     *
     * @param text what a provider wrote, of any length
     * @return one line; empty when nothing is left
     */
    public static String redact(String text) {
        String safe = text.length() > READ ? text.substring(0, READ) : text;
        safe = CONTROLS.matcher(safe).replaceAll(" ").strip();
        safe = URLS.matcher(safe).replaceAll("$1://" + MASK);
        safe = MAILS.matcher(safe).replaceAll(MASK);
        safe = NAMED.matcher(safe).replaceAll("$1 " + MASK);
        safe = IDS.matcher(safe).replaceAll("$1-" + MASK);
        safe = LONG_TOKENS.matcher(safe).replaceAll(MASK);
        safe = TOKENS.matcher(safe).replaceAll(MASK);
        safe = IPV4.matcher(safe).replaceAll(MASK);
        safe = IPV6.matcher(safe).replaceAll(MASK);
        safe = HOSTS.matcher(safe).replaceAll(MASK);
        safe = PORTS.matcher(safe).replaceAll(MASK);
        if (safe.length() <= MAX) {
            return safe;
        }
        int end = Character.isHighSurrogate(safe.charAt(MAX - 2)) ? MAX - 2 : MAX - 1;
        return safe.substring(0, end) + "…";
    }
}
