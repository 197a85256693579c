package io.sluice.admin.api;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * A Vert.x whose file system is the class path. The schemas of OpenAPI are read through the file system, and a node's own
 * does not look into the jar, for that needs a directory of copies on the disk.
 */
final class ClassPathFiles {
    private ClassPathFiles() {}

    /** The same Vert.x in all else. */
    static Vertx over(Vertx vertx) {
        ClassLoader loader = ClassPathFiles.class.getClassLoader();
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
            try {
                return method.invoke(vertx, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
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
