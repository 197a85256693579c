package io.sluice.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** The process' standard output, unbuffered. Used by one thread. */
public final class StandardOutput implements LineWriter.Target {
    // Not System.out, which hides failures.
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public void write(byte[] lines) throws IOException {
        out.write(lines);
    }

    @Override
    public void close() {
        // It is the process'.
    }
}
