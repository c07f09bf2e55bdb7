package org.unmask.bench.cli;

import picocli.CommandLine.Command;

/** {@code unmask learn2pd}: trains the filter of the learn2pd algorithms. */
@Command(
    name = "learn2pd",
    subcommands = {Learn2pdCollectCommand.class, Learn2pdTrainCommand.class},
    description = {
      "Train the filter that --algorithm learn2pd decides with (arXiv 2509.25188).",
      "",
      "First collect rows with a model, then train a filter on them. Filters for the shipped models"
          + " come with Unmask."
    })
final class Learn2pdCommand extends Verb {

  @Override
  void run() {
    throw usage("say collect or train; --help shows both");
  }
}
