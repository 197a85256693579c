package io.sluice.store.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How PostgreSQL, which refuses to run as root, runs where the node does: in a user namespace of its own, in which it is
 * nobody and the files are nobody's too; where containers do not allow that, as another user, to whom its directory is given.
 */
final class Unprivileged {
    private static final int NOBODY = 65_534;
    /** Deaf to Ctrl-C, which is the node's to answer. */
    private static final List<String> SESSION = List.of("setsid");

    private static final List<String> NAMESPACE = List.of("unshare", "-U", "--");

    private Unprivileged() {}

    /**
     * What goes before a command.
     *
     * @param root PostgreSQL's directory, which exists; given to another user when that is the only way
     * @throws IOException with a sentence for the operator, when there is no way
     */
    static List<String> prefix(Path root) throws IOException, InterruptedException {
        List<String> session = works(SESSION) ? SESSION : List.of();
        return join(session, user(root));
    }

    private static List<String> user(Path root) throws IOException, InterruptedException {
        boolean unix = root.getFileSystem().supportedFileAttributeViews().contains("unix");
        String name = System.getProperty("user.name");
        if (unix && "?".equals(name) && works(NAMESPACE)) {
            // A number without a name, which PostgreSQL does not take either.
            return NAMESPACE;
        }
        if (!unix || !"root".equals(name)) {
            return List.of();
        }
        int owner = (Integer) Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (owner == 0 && works(NAMESPACE)) {
            return NAMESPACE;
        }
        int user = owner == 0 ? NOBODY : owner;
        List<String> other = List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--");
        if (works(other)) {
            Directories.give(root, user);
            return other;
        }
        throw new IOException(
                "PostgreSQL does not run as root, and neither unshare nor setpriv gives it another user here;"
                        + " run Sluice as another user, or set store.url, or store.embedded: false");
    }

    private static boolean works(List<String> prefix) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(join(prefix, List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Both, one after the other. */
    static List<String> join(List<String> first, List<String> second) {
        List<String> both = new ArrayList<>(first);
        both.addAll(second);
        return List.copyOf(both);
    }
}
