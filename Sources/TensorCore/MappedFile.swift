public import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file's bytes, mapped read-only: opening it costs nothing, and only the pages that are read come into memory.
///
/// ```swift
/// let file = try MappedFile("vgg16.h5")
/// let magic = file.withBytes { $0.prefix(8) }
/// ```
///
/// The map is private and never written. The kernel ends a process that reads mapped pages which another process has
/// cut off the file meanwhile; ``checkSize()`` finds a file that has become shorter, and is asked before bytes are lent
/// for long. A file that is replaced by renaming, as careful writers do, is no danger: the map keeps the old one.
public final class MappedFile: Sendable {
  /// The path the file was opened by.
  public let path: FilePath
  /// The bytes in the file when it was opened.
  public let size: Int

  // Read-only memory that stays until `deinit`, so any thread may read it at any time.
  private nonisolated(unsafe) let base: UnsafeRawPointer?
  /// Open for reading as long as this object lives.
  package let descriptor: CInt

  /// Opens and maps the file at `path`; throws ``TensorFileError`` when it cannot, or when `path` is no plain file.
  public convenience init(_ path: FilePath) throws(TensorFileError) {
    // Without O_NONBLOCK a pipe nobody writes to would hold us here for ever.
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw .lastSystemError(file: path.string, doing: "open it") }
    try self.init(adopting: descriptor, path: path)
  }

  /// Maps the file open as `descriptor`, which is closed with this object, or at once when this throws.
  package init(adopting descriptor: CInt, path: FilePath) throws(TensorFileError) {
    let name = path.string
    var information = stat()
    guard fstat(descriptor, &information) == 0 else {
      let error = TensorFileError.lastSystemError(file: name, doing: "read its size")
      close(descriptor)
      throw error
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notAFile(file: name)
    }
    let size = Int(information.st_size)
    var base: UnsafeRawPointer?
    if size > 0 {
      let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let address, address != MAP_FAILED else {
        let error = TensorFileError.lastSystemError(file: name, doing: "map it")
        close(descriptor)
        throw error
      }
      base = UnsafeRawPointer(address)
    }
    self.path = path
    self.size = size
    self.base = base
    self.descriptor = descriptor
  }

  /// As ``init(_:)-(FilePath)`` for a path that is text.
  public convenience init(_ path: String) throws(TensorFileError) { try self.init(FilePath(path)) }

  /// Lends all bytes for the length of `body`.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: base, count: size))
  }

  /// Throws ``TensorFileError/shrunk(file:expected:found:)`` when the file has become shorter since it was opened.
  public func checkSize() throws(TensorFileError) {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else {
      throw .lastSystemError(file: path.string, doing: "read its size")
    }
    guard Int(information.st_size) >= size else {
      throw .shrunk(file: path.string, expected: size, found: Int(information.st_size))
    }
  }

  /// The stored numbers in `bytes` of the file as a tensor: without a copy where they are 32-bit floats of this
  /// machine's byte order at an address a float may have, else converted when they are first looked at.
  ///
  /// Throws when the range does not lie in the file or does not hold the shape's numbers.
  package func tensor(
    in bytes: Range<Int>, as type: ElementType = .float32, order: ByteOrder = .littleEndian, shape: Shape
  ) throws(TensorFileError) -> Tensor {
    let (length, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow, bytes.lowerBound >= 0, bytes.upperBound <= size, bytes.count >= length else {
      let found = max(0, min(bytes.upperBound, size) - max(0, bytes.lowerBound))
      throw .tooShort(file: path.string, expected: overflow ? Int.max : length, found: found)
    }
    try checkSize()
    guard shape.count > 0, let base else { return Tensor([], shape: shape) }
    let start = base + bytes.lowerBound
    if type == .float32, order == .native, Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0 {
      let floats = UnsafeBufferPointer(
        start: start.assumingMemoryBound(to: Float.self), count: shape.count)
      return Tensor(storage: TensorStorage(borrowing: floats, from: self), shape: shape)
    }
    let range = bytes.lowerBound..<(bytes.lowerBound + length)
    return Tensor(deferring: shape) { floats in
      self.withBytes { type.decode(UnsafeRawBufferPointer(rebasing: $0[range]), order: order, into: floats) }
    }
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), size) }
    close(descriptor)
  }
}

extension TensorFileError {
  /// The reason `errno` gives for what the system has just refused.
  package static func lastSystemError(file: String, doing: String) -> TensorFileError {
    .system(file: file, doing: doing, reason: String(cString: strerror(errno)))
  }
}

/// Where temporary files go: `TMPDIR`, else `/tmp`.
package func temporaryFolder() -> String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

extension MappedFile {
  /// Writes `bytes` to a temporary file without a name and maps it.
  ///
  /// The file is gone with this object; errors name `path`.
  package convenience init(temporaryHolding bytes: UnsafeRawBufferPointer, path: FilePath)
    throws(TensorFileError)
  {
    let folder = temporaryFolder()
    var template = Array("\(folder)/fovea-XXXXXX".utf8CString)
    let descriptor = template.withUnsafeMutableBufferPointer { buffer -> CInt in
      guard let name = buffer.baseAddress else { return -1 }
      let descriptor = mkstemp(name)
      if descriptor >= 0 { unlink(name) }
      return descriptor
    }
    guard descriptor >= 0 else { throw .lastSystemError(file: path.string, doing: "unpack it to \(folder)") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    do throws(TensorFileError) { try writeAll(bytes, to: descriptor, file: path.string) } catch {
      close(descriptor)
      throw error
    }
    try self.init(adopting: descriptor, path: path)
  }
}
