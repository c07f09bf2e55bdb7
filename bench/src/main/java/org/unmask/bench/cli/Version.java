package org.unmask.bench.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: our version and the JVM's. */
final class Version implements IVersionProvider {

  /** Returns the version of Unmask as built, or {@code development} when run from classes. */
  static String unmask() {
    var descriptor = Version.class.getModule().getDescriptor();
    return descriptor == null ? "development" : descriptor.rawVersion().orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "unmask " + unmask() + ", Java " + Runtime.version() + ", " + System.getProperty("os.arch")
    };
  }
}
