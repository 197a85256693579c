package io.sluice.provider.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Service accounts of nobody. */
final class ServiceAccounts {
    static final KeyPair KEYS = keys();

    private ServiceAccounts() {}

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2_048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JSON of an account, pretty-printed as Google gives it out. */
    static String json(String tokenUri) {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(KEYS.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        ObjectNode account = Json.object()
                .put("type", "service_account")
                .put("project_id", "p")
                .put("private_key_id", "kid-1")
                .put("private_key", pem)
                .put("client_email", "sluice@p.iam.example.com")
                .put("token_uri", tokenUri);
        return account.toPrettyString();
    }
}
