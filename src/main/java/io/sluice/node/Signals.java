package io.sluice.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT: the first asks for a drain, the second ends the process at once. A shutdown hook could do neither:
 * its process ends with 143, and a second signal waits for the hook.
 */
public final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final List<String> NAMES = List.of("TERM", "INT");
    private static final int BASE = 128;

    private final CompletableFuture<String> first = new CompletableFuture<>();

    private Signals() {}

    /**
     * Takes the signals over. On a JVM that keeps them for itself ({@code -Xrs}) nothing is taken and the process ends
     * as the system has it.
     */
    public static Signals take() {
        Signals signals = new Signals();
        NAMES.forEach(signals::handle);
        return signals;
    }

    /** The name of the first signal, when it comes; completed on a thread of the JVM. */
    public CompletableFuture<String> first() {
        return first;
    }

    private void arrived(String name, int number) {
        if (!first.complete(name)) {
            Runtime.getRuntime().halt(BASE + number);
        }
    }

    /** By reflection, because the compiler warns of {@code sun.misc} and the warning cannot be suppressed. */
    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object instance = signal.getConstructor(String.class).newInstance(name);
            int number = (int) signal.getMethod("getNumber").invoke(instance);
            Object proxy =
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (p, method, args) -> {
                        if (method.getName().equals("handle")) {
                            arrived(name, number);
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler).invoke(null, instance, proxy);
        } catch (InvocationTargetException e) {
            LOG.warn("SIG{} cannot be handled, there will be no drain: {}", name, String.valueOf(e.getCause()));
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} cannot be handled, there will be no drain: {}", name, e.toString());
        }
    }
}
