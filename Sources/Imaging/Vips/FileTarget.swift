import CVips
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that libvips encodes into, and that remembers when it could not be written.
///
/// The word of libvips is not enough: an encoder that writes rows behind the caller's back forgets what became of the last
/// of them (`vips_sink_disc`), and where another file has been removed from a full disk by then, what comes after them is
/// written. The picture would lack rows and pass as whole.
final class FileTarget {
  let target: UnsafeMutablePointer<VipsTargetCustom>
  private let file: OpenFile

  /// A target for a file that is open for reading too, since TIFF goes back to what it has written; `nil` where libvips
  /// gives none.
  init?(_ descriptor: CInt) {
    guard let target = vips_target_custom_new() else { return nil }
    self.target = target
    file = OpenFile(descriptor)
    // The target keeps it for as long as the handlers may be called.
    let data = Unmanaged.passRetained(file).toOpaque()
    fovea_attach(target, "fovea-file", data) { data in
      if let data { Unmanaged<OpenFile>.fromOpaque(data).release() }
    }
    let write: @convention(c) (gpointer?, UnsafeRawPointer?, gint64, gpointer?) -> gint64 = {
      _, bytes, count, file in
      FileTarget.file(file).write(bytes, Int(count))
    }
    let readAgain: @convention(c) (gpointer?, UnsafeMutableRawPointer?, gint64, gpointer?) -> gint64 = {
      _, bytes, count, file in
      gint64(read(FileTarget.file(file).descriptor, bytes, Int(count)))
    }
    let seek: @convention(c) (gpointer?, gint64, CInt, gpointer?) -> gint64 = { _, offset, whence, file in
      gint64(lseek(FileTarget.file(file).descriptor, off_t(offset), whence))
    }
    connect("write", unsafeBitCast(write, to: GCallback.self), data)
    connect("read", unsafeBitCast(readAgain, to: GCallback.self), data)
    connect("seek", unsafeBitCast(seek, to: GCallback.self), data)
  }

  deinit { fovea_unref(target) }

  /// Why the first write that failed did.
  var failure: Errno? {
    let number = file.failure.load(ordering: .acquiring)
    return number == 0 ? nil : Errno(rawValue: number)
  }

  private func connect(_ signal: String, _ handler: @escaping GCallback, _ data: UnsafeMutableRawPointer) {
    g_signal_connect_data(target, signal, handler, data, nil, GConnectFlags(rawValue: 0))
  }

  private static func file(_ data: gpointer?) -> OpenFile {
    guard let data else { preconditionFailure("a handler without its file") }
    return Unmanaged<OpenFile>.fromOpaque(data).takeUnretainedValue()
  }
}

/// What the handlers share; libvips calls them from threads of its own.
private final class OpenFile: Sendable {
  let descriptor: CInt
  /// The error number of the first write that failed, else 0.
  let failure = Atomic<CInt>(0)

  init(_ descriptor: CInt) { self.descriptor = descriptor }

  /// As the system's `write`; nothing is written any more once that has failed.
  func write(_ bytes: UnsafeRawPointer?, _ count: Int) -> gint64 {
    guard failure.load(ordering: .acquiring) == 0 else { return -1 }
    while true {
      let written = append(descriptor, bytes, count)
      if written >= 0 { return gint64(written) }
      if errno == EINTR { continue }
      failure.store(errno, ordering: .releasing)
      return -1
    }
  }
}

/// The system's `write`, under a name that the method does not hide.
private func append(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
