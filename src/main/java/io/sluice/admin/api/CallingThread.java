package io.sluice.admin.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;

/**
 * A Vert.x for the compiler of OpenAPI documents. Its file system is the class path: the schemas of OpenAPI are read through
 * the file system, and a node's own does not look into the jar, for that needs a directory of copies on the disk. And what
 * blocks is done at once by the thread that asks, so that what follows, which takes as long, is done there too and not by an
 * event loop.
 */
final class CallingThread {
    private CallingThread() {}

    /** The same Vert.x in all else. */
    static Vertx over(Vertx vertx) {
        ClassLoader loader = CallingThread.class.getClassLoader();
        FileSystem files = (FileSystem)
                Proxy.newProxyInstance(loader, new Class<?>[] {FileSystem.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("readFileBlocking")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return read(loader, (String) arguments[0]);
                });
        return (Vertx) Proxy.newProxyInstance(loader, new Class<?>[] {Vertx.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("fileSystem")) {
                return files;
            }
            if (method.getName().equals("executeBlocking")) {
                return atOnce((Callable<?>) arguments[0]);
            }
            try {
                return method.invoke(vertx, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private static Future<?> atOnce(Callable<?> work) {
        try {
            return Future.succeededFuture(work.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    private static Buffer read(ClassLoader loader, String name) throws IOException {
        try (InputStream file = loader.getResourceAsStream(name)) {
            if (file == null) {
                throw new FileNotFoundException(name);
            }
            return Buffer.buffer(file.readAllBytes());
        }
    }
}
