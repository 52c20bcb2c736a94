import CVips
import Synchronization

/// libvips as one process sees it: started once, its operation cache off, its error text given to whom it belongs.
enum Libvips {
  private static let startFailure: String? = {
    guard VipsModules.leftOut({ fovea_vips_start() }) == 0 else { return takeError() }
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

  /// What libvips complained about first, in one short line; its buffer is empty then.
  ///
  /// The buffer is one for the whole process. Inside ``attempting(_:)`` the line that is thrown in the end is about
  /// nothing but the work in there.
  static func takeError() -> String {
    errorLock.withLock { _ in
      let text = String(cString: vips_error_buffer())
      vips_error_clear()
      return firstCause(in: text) ?? warning.withLock { firstCause(in: $0) }
        ?? "its decoder gives no reason"
    }
  }

  /// Forgets what was complained about.
  static func clearError() {
    errorLock.withLock { _ in
      vips_error_clear()
      warning.withLock { $0 = "" }
    }
  }

  private static let gate = Gate()

  @TaskLocal private static var isInside = false

  /// Runs something that libvips may fail in; what it throws then tells its own reason.
  ///
  /// libvips collects the complaints of all threads, and warnings about pictures that were fine, in one text. So a
  /// failure is not believed: `body` runs once more while nothing else in this process is inside libvips, and what is
  /// complained about now is the reason. `body` therefore begins anew each time it is called. Before that, alone as
  /// well, `suspect` may find out that it was at fault, and throw.
  static func attempting<Value>(
    suspecting suspect: () throws(ImagingError) -> Void = {}, _ body: () throws(ImagingError) -> Value
  ) throws(ImagingError) -> Value {
    // The outermost attempt is the one that is repeated.
    if isInside { return try body() }
    do {
      return try gate.together { inside(body) }.get()
    } catch {
      guard error.quotesLibvips else { throw error }
      return try gate.alone {
        inside { () throws(ImagingError) in
          clearError()
          try suspect()
          clearError()
          return try body()
        }
      }.get()
    }
  }

  /// The outcome of `body` with attempts inside it recognised as such.
  private static func inside<Value>(_ body: () throws(ImagingError) -> Value) -> Result<Value, ImagingError> {
    $isInside.withValue(true) {
      do throws(ImagingError) { return .success(try body()) } catch { return .failure(error) }
    }
  }
}

extension ImagingError {
  /// Whether the reason comes from libvips' error text.
  fileprivate var quotesLibvips: Bool {
    switch self {
    case .failed, .damaged: true
    default: false
    }
  }
}

/// The first line that is an error rather than a warning, cut to a readable length; `nil` when there is no text.
private func firstCause(in text: String) -> String? {
  let lines = text.split(whereSeparator: \.isNewline)
  // Said of every TIFF with private tags and of cameras' JPEG: never why a picture cannot be read.
  let errors = lines.filter { line in !["Warning", "TIFFFetchNormalTag"].contains { line.contains($0) } }
  guard let first = errors.first ?? lines.first else { return nil }
  return first.count > 200 ? first.prefix(199) + "…" : String(first)
}
