package import SystemPackage

/// Where outputs go: one named file, or a folder in which the inputs' tree is mirrored.
package struct OutputMap: Sendable {
  package enum Destination: Sendable, Hashable {
    case file(FilePath)
    case folder(FilePath)
  }

  package let destination: Destination
  /// Text between a name and its suffix.
  package let addition: String
  /// Where the inputs' tree begins below the folder, when what belongs to all of them lies in the folder itself.
  package let below: String?

  /// - Parameters:
  ///   - path: what the user asked for: a file when its suffix is one of `fileSuffixes` and no folder has that name.
  ///   - addition: text that goes between a name and its suffix.
  ///   - below: a folder below `path` for the inputs' tree.
  package init(_ path: FilePath, fileSuffixes: Set<String>, addition: String = "", below: String? = nil) {
    let isFile = fileSuffixes.contains(path.suffix) && FileFacts.ifPresent(path)?.kind != .folder
    destination = isFile ? .file(path) : .folder(path)
    self.addition = addition
    self.below = below
  }

  /// For work that writes no files.
  package static let nowhere = OutputMap(destination: .file(""), addition: "")

  private init(destination: Destination, addition: String) {
    self.destination = destination
    self.addition = addition
    below = nil
  }

  /// The output folder; `nil` for a named file.
  package var folder: FilePath? {
    if case .folder(let folder) = destination { folder } else { nil }
  }

  package func target(of input: Input) -> OutputTarget {
    switch destination {
    case .file(let file):
      OutputTarget(
        input: input.path, folder: file.folder, stem: file.stemBytes, suffix: file.suffix, namedFile: file)
    case .folder(let folder):
      OutputTarget(
        input: input.path,
        folder: (below.map { folder.appending($0) } ?? folder).pushing(input.place.removingLastComponent()),
        stem: input.place.stemBytes + Array(addition.utf8), suffix: input.place.suffix, namedFile: nil)
    }
  }
}

/// Where the outputs of one input belong.
package struct OutputTarget: Sendable {
  /// What the outputs are made of.
  package let input: FilePath
  package let folder: FilePath
  /// The name without a suffix.
  package let stem: [UInt8]
  /// The input's suffix, or that of the file the user named.
  package let suffix: String
  /// The file the user named with `-o`.
  package let namedFile: FilePath?

  /// `folder/stem.suffix`, or the file the user named.
  package func file(suffix: String) -> FilePath {
    namedFile ?? folder.appending(bytes: stem + Array(".\(suffix)".utf8))
  }

  /// `folder/stem` with `addition` before the suffix, in the folder the user named.
  package func file(addition: String, suffix: String) -> FilePath {
    folder.appending(bytes: stem + Array("\(addition).\(suffix)".utf8))
  }

  /// `folder/name`, in the folder the user named or that of the file the user named.
  package func file(named name: String) -> FilePath { folder.appending(bytes: Array(name.utf8)) }

  /// `folder/stem`, a folder for several outputs.
  package var subfolder: FilePath { folder.appending(bytes: stem) }
}

extension FilePath {
  /// The path with the suffix of its last component replaced.
  package func withSuffix(_ suffix: String) -> FilePath {
    folder.appending(bytes: stemBytes + Array(".\(suffix)".utf8))
  }
}
