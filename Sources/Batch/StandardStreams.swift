import Synchronization
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output, where results go.
///
/// A reader that has gone away (`| head`) is no error: what comes after it is dropped.
package enum StandardOutput {
  private struct State {
    var isClosed = false
    var failure: Errno?
  }

  private static let state = Mutex(State())

  /// The first reason why results could not be written, other than a reader that had enough.
  package static var failure: Errno? { state.withLock { $0.failure } }

  package static func write(_ text: String) { write(Array(text.utf8)) }

  package static func write(_ bytes: [UInt8]) {
    state.withLock { state in
      guard !state.isClosed, let error = writeAll(bytes, to: 1) else { return }
      state.isClosed = true
      if error != .brokenPipe { state.failure = error }
    }
  }
}

/// Standard error, where problems and progress go.
///
/// On a terminal the last line may be a progress line, which the next
/// message replaces.
package enum StandardError {
  private static let progress = Mutex("")

  package static let isTerminal = isatty(2) == 1

  package static func line(_ text: String) {
    progress.withLock { progress in
      _ = writeAll(Array(((progress.isEmpty ? "" : "\r\u{1B}[K") + text + "\n" + progress).utf8), to: 2)
    }
  }

  /// Shows `text` as the progress line, or takes that line away when it is empty.
  package static func showProgress(_ text: String) {
    progress.withLock { progress in
      guard !(progress.isEmpty && text.isEmpty) else { return }
      progress = text
      _ = writeAll(Array(("\r\u{1B}[K" + text).utf8), to: 2)
    }
  }
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Errno? {
  bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      } else if errno != EINTR {
        return Errno(rawValue: errno)
      }
    }
    return nil
  }
}

/// Everything on standard input.
package func readStandardInput() throws(BatchError) -> [UInt8] {
  var all: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(0, &block, block.count)
    if count > 0 {
      all += block[..<count]
    } else if count == 0 {
      return all
    } else if errno != EINTR {
      throw .standardInput(Errno(rawValue: errno))
    }
  }
}
