package import SystemPackage

/// The outputs of one input: written under temporary names, and given their own when all of them are whole.
///
/// ```swift
/// try outputs.write("Output/photo.png") { temporary in try picture.write(to: temporary) }
/// ```
package struct Transaction {
  private let replacing: Bool
  private var pending: [(temporary: FilePath, target: FilePath)] = []

  init(replacing: Bool) { self.replacing = replacing }

  /// The files written so far, in order.
  package var targets: [FilePath] { pending.map(\.target) }

  /// Has `body` write the content of `target` to the path it is given, an empty file with the same suffix.
  package mutating func write(_ target: FilePath, _ body: (FilePath) throws -> Void) throws {
    try body(try reserve(target))
  }

  /// The path under which the content of `target` is to be written before the work ends: an empty file as yet.
  package mutating func reserve(_ target: FilePath) throws -> FilePath {
    let temporary = try TemporaryFiles.reserve(for: target)
    pending.append((temporary, target))
    return temporary
  }

  /// Gives every file its name: all of them, or none that is new.
  mutating func commit(noting record: DoneRecord? = nil) throws(BatchError) {
    for index in pending.indices { record?.attach(to: pending[index].temporary) }
    for index in pending.indices {
      do {
        try TemporaryFiles.publish(pending[index].temporary, as: pending[index].target, replacing: replacing)
      } catch {
        if !replacing { for done in pending[..<index] { remove(done.target) } }
        for left in pending[index...].reversed() { TemporaryFiles.discard(left.temporary) }
        pending = []
        throw error
      }
    }
  }

  /// A message about these files with the names people know in the place of the temporary ones.
  func renamed(_ message: String) -> String {
    pending.reduce(message) { $0.replacing($1.temporary.text, with: $1.target.text) }
  }

  /// Leaves nothing behind: the first file goes last, since the folders that were made go with it.
  mutating func abandon() {
    for file in pending.reversed() { TemporaryFiles.discard(file.temporary) }
    pending = []
  }
}

extension Transaction {
  /// Writes files that stand for a whole run and not for one input: all of them, or none that is new.
  package static func writing(replacing: Bool, _ body: (inout Transaction) throws -> Void) throws {
    var transaction = Transaction(replacing: replacing)
    do { try body(&transaction) } catch {
      transaction.abandon()
      throw error
    }
    try transaction.commit()
  }
}

/// Throws when a file of that name is there already and `replacing` does not allow for it.
package func checkFree(_ files: [FilePath], replacing: Bool) throws(BatchError) {
  if !replacing, let taken = files.first(where: somethingIsNamed) { throw .exists(taken) }
}
