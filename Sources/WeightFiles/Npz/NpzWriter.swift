import CZip
public import SystemPackage
public import TensorCore

/// Writes an `.npz` archive that numpy reads, one tensor after another, none of them kept in memory.
///
/// ```swift
/// var archive = try NpzWriter("activations.npz")
/// try archive.add(tensor, named: "block1/conv1")
/// try archive.finish()
/// ```
///
/// Numbers go to a hidden temporary beside the target first; ``finish()`` puts them together in a second one, stored
/// uncompressed, and gives it the target's name. Without ``finish()`` nothing is left behind.
public struct NpzWriter: ~Copyable {
  private let path: FilePath
  private let comment: String
  private let spill: Spill
  private var entries: [(name: String, range: Range<Int>)] = []
  private var names: Set<String> = []

  /// Begins an archive at `path`; throws ``WeightFileError`` when the folder cannot be written to.
  ///
  /// `comment` becomes the archive's comment (Python's `zipfile.ZipFile(...).comment`), at most 65,535 bytes of it.
  public init(_ path: FilePath, comment: String = "") throws(WeightFileError) {
    self.path = path
    self.comment = comment
    do { spill = try Spill(beside: path) } catch { throw .file(error) }
  }

  /// As ``init(_:)-(FilePath)`` for a path that is text.
  public init(_ path: String) throws(WeightFileError) { try self.init(FilePath(path)) }

  /// Adds a tensor; each name once, slashes are kept.
  public mutating func add(_ tensor: Tensor, named name: String) throws(WeightFileError) {
    guard names.insert(name).inserted else { throw .duplicateName(file: path.string, name: name) }
    let start = spill.size
    do {
      try NpyHeader.bytes(for: tensor.shape).withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
        try spill.write(UnsafeRawBufferPointer(bytes))
      }
      try tensor.withLittleEndianBytes { (bytes) throws(TensorFileError) in try spill.write(bytes) }
    } catch { throw .file(error) }
    entries.append((name, start..<spill.size))
  }

  /// Puts the archive in place, whole.
  public consuming func finish() throws(WeightFileError) {
    let target = path
    var status: CInt = 0
    // libzip writes a temporary of its own beside the target and renames it when it is closed.
    let flags = ZIP_CREATE | ZIP_TRUNCATE
    guard let archive = target.withPlatformString({ zip_open($0, flags, &status) }) else {
      throw .file(.system(file: target.string, doing: "write it", reason: "libzip error \(status)"))
    }
    func refused() -> WeightFileError {
      let reason = String(cString: zip_strerror(archive))
      zip_discard(archive)
      return .file(.system(file: target.string, doing: "write it", reason: reason))
    }
    for entry in entries {
      let source = spill.path.withPlatformString {
        zip_source_file(archive, $0, UInt64(entry.range.lowerBound), Int64(entry.range.count))
      }
      guard let source else { throw refused() }
      let index = zip_file_add(archive, entry.name + ".npy", source, zip_flags_t(ZIP_FL_ENC_UTF_8))
      guard index >= 0 else {
        zip_source_free(source)
        throw refused()
      }
      // Stored, and dated 1 January 1980 as numpy does: the same tensors make the same bytes.
      guard zip_set_file_compression(archive, UInt64(index), ZIP_CM_STORE, 0) == 0,
        zip_file_set_dostime(archive, UInt64(index), 0, 0x21, 0) == 0
      else { throw refused() }
    }
    if !comment.isEmpty {
      let length = min(comment.utf8.count, Int(UInt16.max))
      guard comment.withCString({ zip_set_archive_comment(archive, $0, UInt16(length)) }) == 0 else {
        throw refused()
      }
    }
    guard zip_close(archive) == 0 else { throw refused() }
  }
}
