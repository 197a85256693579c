package io.sluice.message;

/** The files of a server certificate changed; servers read them again. Published on the node. */
public record CertificateChanged() {}
