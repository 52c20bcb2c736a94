import CZip
import Synchronization
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A zip archive open for reading, through libzip: names, sizes and the bytes of entries, all checked before anything is allocated.
final class ZipArchive: Sendable {
  struct Entry: Sendable, Equatable {
    let name: String
    let size: Int
    fileprivate let index: UInt64
  }

  let file: MappedFile
  let entries: [Entry]
  // libzip's archives are not for two threads at once.
  private let archive: Mutex<OpaquePointer>

  /// deflate makes no more than so many bytes from one.
  private static let greatestExpansion = 1032
  private static let mostEntries: Int64 = 100_000

  init(_ file: MappedFile) throws(WeightFileError) {
    let path = file.path.string
    func wrong(_ part: String, _ problem: String) -> WeightFileError {
      .damaged(file: path, part: part, problem: problem)
    }
    do { try file.checkSize() } catch { throw .file(error) }
    var status: CInt = 0
    // libzip closes the descriptor it is given, and seeks in it, so it gets one that is its own.
    let own = file.path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard own >= 0 else { throw .file(.lastSystemError(file: path, doing: "open it")) }
    guard let archive = zip_fdopen(own, 0, &status) else {
      close(own)
      throw wrong("", "the zip archive is damaged or cut off (libzip: \(Self.reason(status)))")
    }
    var entries: [Entry] = []
    var names: Set<String> = []
    do throws(WeightFileError) {
      let count = zip_get_num_entries(archive, 0)
      guard count >= 0, count <= Self.mostEntries else {
        throw wrong("", "holds more entries than is sensible")
      }
      for index in 0..<UInt64(count) {
        var information = zip_stat_t()
        guard zip_stat_index(archive, index, zip_flags_t(0), &information) == 0, let text = information.name
        else {
          throw wrong("", "the zip archive's list of entries is damaged")
        }
        let name = String(cString: text)
        guard names.insert(name).inserted else { throw .duplicateName(file: path, name: name) }
        guard information.encryption_method == 0 else { throw wrong(name, "is encrypted") }
        guard information.comp_method == 0 || information.comp_method == 8 else {
          throw wrong(
            name, "is packed by method \(information.comp_method); only stored and deflated are read")
        }
        let most = information.comp_size.multipliedReportingOverflow(by: UInt64(Self.greatestExpansion))
        guard information.comp_size <= UInt64(file.size), !most.overflow,
          information.size <= (information.comp_method == 0 ? information.comp_size : most.partialValue + 64)
        else { throw wrong(name, "claims \(information.size) bytes, more than its packed bytes can hold") }
        entries.append(Entry(name: name, size: Int(information.size), index: index))
      }
    } catch {
      zip_discard(archive)
      throw error
    }
    self.file = file
    self.entries = entries
    self.archive = Mutex(archive)
  }

  private static func reason(_ status: CInt) -> String {
    var error = zip_error_t()
    zip_error_init_with_code(&error, status)
    defer { zip_error_fini(&error) }
    return String(cString: zip_error_strerror(&error))
  }

  /// The bytes of an entry, unpacked; its checksum is verified.
  func bytes(of entry: Entry) throws(WeightFileError) -> [UInt8] { try read(entry, count: entry.size) }

  /// The first bytes of an entry, unpacked, whose checksum is not verified.
  func start(of entry: Entry, atMost count: Int) throws(WeightFileError) -> [UInt8] {
    try read(entry, count: min(count, entry.size))
  }

  private func read(_ entry: Entry, count wanted: Int) throws(WeightFileError) -> [UInt8] {
    do { try file.checkSize() } catch { throw .file(error) }
    let bytes = archive.withLock { archive -> [UInt8]? in
      guard let stream = zip_fopen_index(archive, entry.index, zip_flags_t(0)) else { return nil }
      defer { zip_fclose(stream) }
      var isSound = false
      let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        while count < wanted {
          let step = zip_fread(stream, buffer.baseAddress.map { $0 + count }, UInt64(wanted - count))
          guard step > 0 else { return }
          count += Int(step)
        }
        // libzip compares the checksum when the end is reached.
        var beyond: UInt8 = 0
        isSound = wanted < entry.size || zip_fread(stream, &beyond, 1) == 0
      }
      return isSound ? bytes : nil
    }
    guard let bytes else {
      throw .damaged(
        file: file.path.string, part: entry.name,
        problem: "does not unpack: damaged, or not as long as it says")
    }
    return bytes
  }

  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  deinit { archive.withLock { zip_discard($0) } }
}
