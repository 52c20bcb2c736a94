package import SystemPackage

/// One thing to work on, and where its output belongs.
package struct Input: Sendable {
  /// What to open.
  package let path: FilePath
  /// Its place below the output folder, with its own file name: `x.jpg` for a file given by name,
  /// `b/c/x.jpg` for `a/b/c/x.jpg` found in the folder argument `a/b`.
  package let place: FilePath
  /// Size and time of change when it was found.
  package let facts: FileFacts

  package init(path: FilePath, place: FilePath, facts: FileFacts) {
    self.path = path
    self.place = place
    self.facts = facts
  }
}

/// What a walk over the arguments comes across.
enum Found {
  case input(Input)
  /// A path that should have been an input, or a folder that cannot be read.
  case failure(FilePath, BatchError)
  /// A file in a folder that is not of the kind asked for.
  case leftAlone
}
