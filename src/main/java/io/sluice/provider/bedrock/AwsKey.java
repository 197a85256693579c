package io.sluice.provider.bedrock;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A credential that requests are signed with. In an account's key it is written {@code
 * ACCESS_KEY_ID:SECRET[:SESSION_TOKEN][@REGION]}.
 *
 * @param accessKeyId names the secret
 * @param secret the secret access key
 * @param sessionToken of temporary credentials; null for none
 * @param region where the account is, for a base URL that does not say it; null where the key does not
 */
record AwsKey(
        String accessKeyId,
        String secret,
        @Nullable String sessionToken,
        @Nullable String region) {
    /** API keys of Bedrock have no colon, and secrets, which are base64, neither colon nor at sign. */
    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9_]{4,128}):([^:@]+)(?::([^:@]+))?(?:@([a-z0-9-]{1,32}))?");

    /**
     * Reads an account's key.
     *
     * @return null when it is not of this form: then it is an API key
     */
    static @Nullable AwsKey of(String key) {
        Matcher matcher = FORM.matcher(key);
        return matcher.matches()
                ? new AwsKey(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4))
                : null;
    }

    /** Nothing of it. */
    @Override
    public String toString() {
        return "***";
    }
}
