package import SystemPackage

/// Hands `body` an empty file beside `target`, with its suffix, that is gone when `body` returns or the process is
/// interrupted.
package func withScratchFile<Result>(
  beside target: FilePath, _ body: (FilePath) throws -> Result
) throws -> Result {
  let temporary = try TemporaryFiles.reserve(for: target)
  defer { TemporaryFiles.discard(temporary) }
  return try body(temporary)
}
