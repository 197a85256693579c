package io.sluice.simulator;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The behaviour of a simulated provider, by credential.
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
