import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The temporary files of this process: each lies beside the file it will become, and none outlives the process.
///
/// A process that is killed cannot clean up; the next one that writes into the folder does it, since the names say whose
/// they were: `.fovea-HOST-PROCESS-NUMBER.png`.
enum TemporaryFiles {
  private struct State {
    /// Every temporary with the folders that were made for it, outermost first.
    var live: [FilePath: [FilePath]] = [:]
    var swept: Set<Int> = []
    var number = 0
    var isClosed = false
  }

  private static let state = Mutex(State())

  /// Makes an empty file beside `target`, and the folders that lead there.
  static func reserve(for target: FilePath) throws(BatchError) -> FilePath {
    try state.withLock { state throws(BatchError) in
      guard !state.isClosed else { throw .interrupted }
      let folder = target.folder
      if state.swept.insert(folder.hashValue).inserted { sweep(folder, sparing: state.live) }
      // Another input that gives up may take an empty folder away between the two steps: once more, then.
      for attempt in 0... {
        let made = try makeFolders(folder)
        state.number += 1
        let path = folder.appending(
          "\(prefix)\(getpid())-\(state.number)"
            + (target.suffix.isEmpty ? "" : ".\(target.suffix)"))
        let descriptor = path.withPlatformString { open($0, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666) }
        if descriptor >= 0 {
          close(descriptor)
          state.live[path] = made
          return path
        }
        let error = Errno(rawValue: errno)
        removeFolders(made)
        guard error == .noSuchFileOrDirectory || error == .fileExists, attempt < 10 else {
          throw .unwritable(target, error)
        }
      }
      throw .unwritable(target, .fileExists)
    }
  }

  /// Gives the temporary its name.
  ///
  /// Without `replacing`, a file that has the name by now is left as it is.
  static func publish(_ temporary: FilePath, as target: FilePath, replacing: Bool) throws(BatchError) {
    try state.withLock { state throws(BatchError) in
      guard !state.isClosed else { throw .interrupted }
      if replacing {
        guard temporary.withPlatformString({ from in target.withPlatformString { rename(from, $0) } }) == 0
        else {
          throw .unwritable(target, Errno(rawValue: errno))
        }
      } else {
        try publishNew(temporary, as: target)
      }
      state.live[temporary] = nil
    }
  }

  /// A link refuses to replace, which renaming does not; where there are no links, a look before the renaming has to do.
  private static func publishNew(_ temporary: FilePath, as target: FilePath) throws(BatchError) {
    if temporary.withPlatformString({ from in target.withPlatformString { link(from, $0) } }) == 0 {
      _ = temporary.withPlatformString { unlink($0) }
      return
    }
    guard errno != EEXIST, !somethingIsNamed(target) else { throw .exists(target) }
    guard temporary.withPlatformString({ from in target.withPlatformString { rename(from, $0) } }) == 0 else {
      throw .unwritable(target, Errno(rawValue: errno))
    }
  }

  /// Removes a temporary and the folders made for it, as far as they are empty.
  static func discard(_ temporary: FilePath) {
    state.withLock { state in
      _ = temporary.withPlatformString { unlink($0) }
      removeFolders(state.live.removeValue(forKey: temporary) ?? [])
    }
  }

  /// Removes every temporary and lets no new one come.
  static func closeAndRemoveAll() {
    state.withLock { state in
      state.isClosed = true
      // What is being written has a temporary of its own beside ours.
      for folder in Set(state.live.keys.map(\.folder)) { sweep(folder, sparing: [:]) }
      for folders in state.live.values { removeFolders(folders) }
    }
  }

  // MARK: Folders

  /// Makes the folder and those above it, and returns the ones that were not there, outermost first.
  private static func makeFolders(_ folder: FilePath) throws(BatchError) -> [FilePath] {
    if let facts = FileFacts.ifPresent(folder) {
      guard facts.kind == .folder else { throw .unwritable(folder, .notDirectory) }
      return []
    }
    var made = folder.folder == folder ? [] : try makeFolders(folder.folder)
    if folder.withPlatformString({ mkdir($0, 0o777) }) == 0 {
      made.append(folder)
    } else if errno != EEXIST {
      throw .unwritable(folder, Errno(rawValue: errno))
    }
    return made
  }

  private static func removeFolders(_ folders: [FilePath]) {
    for folder in folders.reversed() { _ = folder.withPlatformString { rmdir($0) } }
  }

  // MARK: What dead processes left

  /// Names the machine too: on a shared disk the process of another machine may well be alive.
  private static let prefix: String = {
    var name = utsname()
    uname(&name)
    let hash = withUnsafeBytes(of: &name.nodename) { stableHash($0.prefix { $0 != 0 }) }
    return ".fovea-" + String(UInt16(truncatingIfNeeded: hash), radix: 36) + "-"
  }()

  /// The process of this machine that made a temporary of this name: ours, or `.fovea-PROCESS-...` of a single writer.
  private static func owner(of name: String) -> pid_t? {
    let parts = name.split(separator: "-")
    guard parts.first == ".fovea", (3...4).contains(parts.count), parts.count == 3 || name.hasPrefix(prefix)
    else { return nil }
    return pid_t(parts[parts.count - 2])
  }

  /// Removes what processes left that are no more; of this process, what is not live.
  private static func sweep(_ folder: FilePath, sparing live: [FilePath: [FilePath]]) {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          $0.pointee == CChar(UInt8(ascii: ".")) ? String(cString: $0) : ""
        }
      }
      guard let process = owner(of: name) else { continue }
      let path = folder.appending(name)
      let isDead = process == getpid() ? live[path] == nil : kill(process, 0) != 0 && errno == ESRCH
      if isDead { _ = path.withPlatformString { unlink($0) } }
    }
  }
}

/// The 64-bit FNV-1a hash of some bytes: the same in every process, which Swift's own is not.
func stableHash(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
