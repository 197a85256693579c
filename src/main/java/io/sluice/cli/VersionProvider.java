package io.sluice.cli;

import io.sluice.node.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"sluice " + Version.text() + " (Java " + Runtime.version() + ")"};
    }
}
