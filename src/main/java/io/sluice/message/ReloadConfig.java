package io.sluice.message;

/** Asks the watch over the files to look at them now. Request; answered with {@link ConfigReloaded}. */
public record ReloadConfig() {}
