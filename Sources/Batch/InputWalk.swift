import SystemPackage

/// Goes through an ``InputList`` in order, one folder listing at a time.
///
/// In a folder: byte order of names, hidden names skipped, symbolic links followed except into a folder that is already
/// being walked, other kinds of file (pipes, devices) never opened.
struct InputWalk: IteratorProtocol {
  private struct Level {
    let listing: FolderListing
    var next = 0
    let folder: FilePath
    let place: FilePath
    let identity: FileFacts.Identity
  }

  private let list: InputList
  private var nextArgument = 0
  private var levels: [Level] = []
  /// Where the arguments' own outputs lie in the output folder.
  private let places: Set<FilePath>

  init(_ list: InputList) {
    self.list = list
    places = list.outputFolder == nil ? [] : Set(list.arguments.map(InputWalk.place))
  }

  mutating func next() -> Found? {
    while true {
      if let found = nextInFolder() { return found }
      guard nextArgument < list.arguments.count else { return nil }
      let path = list.arguments[nextArgument]
      nextArgument += 1
      do throws(Errno) {
        let facts = try FileFacts(of: path)
        switch facts.kind {
        case .file: return .input(Input(path: path, place: InputWalk.place(of: path), facts: facts))
        case .other: return .failure(path, .notAFile(path))
        case .folder:
          if let failure = enter(path, place: InputWalk.place(of: path), facts.identity) { return failure }
        }
      } catch {
        return .failure(path, error == .noSuchFileOrDirectory ? .missing(path) : .unreadable(path, error))
      }
    }
  }

  /// The base name; empty for `.`, `..` and `/`, whose content lands directly in the output folder.
  private static func place(of argument: FilePath) -> FilePath {
    guard let name = argument.lastComponent, name.kind == .regular else { return FilePath() }
    return FilePath(root: nil, [name])
  }

  private mutating func enter(_ folder: FilePath, place: FilePath, _ identity: FileFacts.Identity) -> Found? {
    do throws(Errno) {
      levels.append(
        Level(listing: try FolderListing(of: folder), folder: folder, place: place, identity: identity))
      return nil
    } catch {
      return .failure(folder, .unreadable(folder, error))
    }
  }

  private mutating func nextInFolder() -> Found? {
    while let level = levels.last {
      guard level.next < level.listing.count else {
        levels.removeLast()
        continue
      }
      levels[levels.count - 1].next += 1
      let name = level.listing[level.next]
      let path = level.folder.appending(bytes: name)
      guard let facts = FileFacts.ifPresent(path) else {
        // A link that leads nowhere or round in a circle is no input; what has vanished since it was listed was one.
        guard !somethingIsNamed(path), list.isMine(path) else { return .leftAlone }
        return .failure(path, .missing(path))
      }
      switch facts.kind {
      case .other: return .leftAlone
      case .file:
        guard list.isMine(path) else { return .leftAlone }
        return .input(Input(path: path, place: level.place.appending(bytes: name), facts: facts))
      case .folder:
        guard !levels.contains(where: { $0.identity == facts.identity }), !isOutput(facts, name: name)
        else { continue }
        let place = level.place.appending(bytes: name)
        if let failure = enter(path, place: place, facts.identity) { return failure }
      }
    }
    return nil
  }

  /// Whether this is the output folder, or a folder in there that mirrors an argument: a run into a folder that it walks
  /// would work on its own results the next time.
  private func isOutput(_ facts: FileFacts, name: some Sequence<UInt8>) -> Bool {
    guard let output = list.outputFolder else { return false }
    if FileFacts.ifPresent(output)?.identity == facts.identity { return true }
    let place = FilePath().appending(bytes: name)
    return places.contains(place) && FileFacts.ifPresent(output.pushing(place))?.identity == facts.identity
  }
}
