import CVips
import Synchronization

/// libvips as one process sees it: started once, its operation cache off, its error text read under one lock.
enum Libvips {
  private static let startFailure: String? = fovea_vips_start() == 0 ? nil : takeError()

  /// Starts libvips on first use; cheap afterwards.
  static func start() throws(ImagingError) {
    if let startFailure { throw .failed(operation: "starting libvips", reason: startFailure) }
  }

  private static let errorLock = Mutex(())

  /// What libvips last complained about, in one line, removed from its buffer.
  ///
  /// The buffer is one for the whole process: when two pictures fail at the same moment, the first to ask gets both
  /// reasons. That is libvips' design; whoever needs them apart decodes in separate processes.
  static func takeError() -> String {
    errorLock.withLock { _ in
      let text = String(cString: vips_error_buffer())
      vips_error_clear()
      var lines: [Substring] = []
      for line in text.split(whereSeparator: \.isNewline) where lines.last != line { lines.append(line) }
      return lines.isEmpty ? "libvips gives no reason" : lines.prefix(3).joined(separator: "; ")
    }
  }

  private static let attempts = Atomic<Int>(0)

  /// Runs something that libvips may fail in.
  ///
  /// Old warnings are cleared first when nobody else is at it.
  ///
  /// libvips leaves warnings of pictures that were fine in its error text; without this, the next failure would carry
  /// them as its reason.
  static func attempting<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    errorLock.withLock { _ in
      if attempts.add(1, ordering: .relaxed).oldValue == 0 { vips_error_clear() }
    }
    defer { attempts.subtract(1, ordering: .relaxed) }
    return try body()
  }
}
