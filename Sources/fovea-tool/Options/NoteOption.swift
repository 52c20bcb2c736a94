import ArgumentParser

/// What the user wants to have said on every sheet and page.
struct NoteOption: ParsableArguments {
  @Option(help: ArgumentHelp("A line to stand on every sheet.", valueName: "text"))
  var note: String?
}
