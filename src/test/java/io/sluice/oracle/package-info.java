/**
 * The oracle runs: nodes, simulated provider and load in processes of their own, faults, and what the provider saw. Like
 * an operator's machine from outside: nothing here uses the code that keeps the limits. See README.md beside this.
 */
package io.sluice.oracle;
