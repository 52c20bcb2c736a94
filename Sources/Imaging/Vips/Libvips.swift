import CVips
import Synchronization

/// libvips as one process sees it: started once, its operation cache off, its error text read under one lock.
enum Libvips {
  private static let startFailure: String? = {
    guard fovea_vips_start() == 0 else { return takeError() }
    // What libvips says through GLib's log goes to standard error, unless somebody takes it.
    let levels = G_LOG_LEVEL_WARNING.rawValue | G_LOG_LEVEL_MESSAGE.rawValue | G_LOG_LEVEL_INFO.rawValue
    g_log_set_handler(
      "VIPS", GLogLevelFlags(rawValue: levels),
      { _, _, message, _ in
        if let message { Libvips.warning.withLock { $0 = String(cString: message) } }
      }, nil)
    return nil
  }()

  /// Starts libvips on first use; cheap afterwards.
  static func start() throws(ImagingError) {
    if let startFailure { throw .failed(operation: "starting libvips", reason: startFailure) }
  }

  private static let errorLock = Mutex(())

  /// The latest warning: the only word of a decoder that fails without an error text, as PNG's does in a header.
  private static let warning = Mutex("")

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
      guard lines.isEmpty else { return lines.prefix(3).joined(separator: "; ") }
      let warning = warning.withLock { $0.split(whereSeparator: \.isNewline).joined(separator: "; ") }
      return warning.isEmpty ? "its decoder gives no reason" : warning
    }
  }

  private static let attempts = Atomic<Int>(0)

  /// Runs something that libvips may fail in, with old complaints cleared first when nobody else is at it.
  ///
  /// libvips leaves warnings of pictures that were fine in its error text; without this, the next failure would carry
  /// them as its reason.
  static func attempting<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    errorLock.withLock { _ in
      guard attempts.add(1, ordering: .relaxed).oldValue == 0 else { return }
      vips_error_clear()
      warning.withLock { $0 = "" }
    }
    defer { attempts.subtract(1, ordering: .relaxed) }
    return try body()
  }
}
