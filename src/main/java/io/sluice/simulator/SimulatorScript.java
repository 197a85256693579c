package io.sluice.simulator;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The behaviour of a simulated provider, by credential. Everything may be left out:
 *
 * <pre>{@code
 * only-listed: false             # true refuses every credential that is not listed here
 * credentials:
 *   sk-sim-a:
 *     first-token: 50ms          # delay before head and first token; ms, s or m
 *     tokens-per-second: 25      # 0 = all at once
 *     answer: Hello there.       # repeated or cut to answer-tokens, by default once
 *     answer-tokens: 40
 *     tool-call: { name: get_weather, arguments: '{"city":"Oslo"}' }
 *     model-suffix: -2024-08-06  # behind the model's name in answers
 *     models: [gpt-4o]           # absent = every model exists
 *     deployments: { mine: gpt-4o-2024-08-06 }   # Azure; absent = every deployment exists
 *     lenient: false             # true accepts unknown request fields
 *     bytes-per-write: 0         # splits what is written
 *     secret-key: abc            # checks AWS signatures, and the secret of a Qianfan application
 *     token-lifetime: 60m        # of access tokens
 *     limits: { rpm: 3, tpm: 40_000 }            # of the simulator's window, exact and rolling
 *     faults:                    # of several the first that applies; each takes times, every, probability
 *       - { kind: status, status: 429, headers: { retry-after: 7 }, times: 1 }
 *       - { kind: cut, after-events: 3, every: 10 }
 *       - { kind: slow-headers, delay: 2s, probability: 0.5 }
 * }</pre>
 *
 * The kinds of faults are those of {@link Fault.Kind}, in lower case with hyphens. The control path takes the part
 * below one credential as JSON.
 *
 * @param onlyListed whether credentials that are not listed are refused
 * @param credentials scripts by credential
 */
public record SimulatorScript(boolean onlyListed, Map<String, CredentialScript> credentials) {
    /** Accepts every credential, without limits or faults. */
    public static final SimulatorScript PLAIN = new SimulatorScript(false, Map.of());

    /** Copies the map. */
    public SimulatorScript {
        credentials = Map.copyOf(credentials);
    }

    /**
     * Reads a YAML file. Blocks; not for an event loop.
     *
     * @param file the script
     * @throws InvalidScriptException when it cannot be read or says something impossible, with every error in it
     */
    public static SimulatorScript load(Path file) throws InvalidScriptException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new InvalidScriptException(file.toString(), List.of("there is no such file"));
        } catch (MalformedInputException e) {
            throw new InvalidScriptException(file.toString(), List.of("is not UTF-8 text"));
        } catch (IOException e) {
            throw new InvalidScriptException(file.toString(), List.of("cannot be read: " + e.getMessage()));
        }
        return ScriptReader.yaml(file.toString(), text);
    }
}
