import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A worker that stays for one request after another: messages go to and fro on one socket.
///
/// Both ends send a message as its length in eight bytes, little-endian, and its bytes. The worker ends with its session.
///
/// - Important: `@unchecked Sendable` holds because whoever has taken a session is the only one to use it.
package final class WorkerSession: @unchecked Sendable {
  private let socket: CInt
  private let worker: pid_t
  private var isRunning = true

  /// Starts a worker of `call`, whose job gets the socket as its file.
  package init(_ call: WorkerCall) throws(WorkerFailure) {
    func refusal(_ error: CInt) -> WorkerFailure {
      .notStarted(executable: call.executable.string, reason: String(cString: strerror(error)))
    }
    var ends: [CInt] = [-1, -1]
    guard socketpair(AF_UNIX, streamType, 0, &ends) == 0 else { throw refusal(errno) }
    // Above the numbers the worker gets; closed by `exec`.
    let own = fcntl(ends[0], F_DUPFD_CLOEXEC, 10)
    let its = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
    for end in ends { close(end) }
    guard own >= 0, its >= 0 else { throw refusal(errno) }
    let (worker, status) = call.spawn(file: its, replyEnd: its)
    close(its)
    guard let worker else {
      close(own)
      throw refusal(status)
    }
    socket = own
    self.worker = worker
  }

  deinit { end() }

  /// Whether the worker is there and waits for requests.
  package var isAlive: Bool {
    guard isRunning else { return false }
    var status: CInt = 0
    guard waitpid(worker, &status, WNOHANG) == 0 else {
      isRunning = false
      close(socket)
      return false
    }
    return true
  }

  /// Ends the worker, whatever it is doing.
  package func end() {
    guard isRunning else { return }
    _ = finish(killing: true)
  }

  /// Sends one message.
  package func send(_ message: [UInt8]) throws(WorkerFailure) {
    guard WorkerSession.send(message, on: socket) else { throw lost() }
  }

  /// The next message, of at most `limit` bytes; waits at most `seconds` for each part of it to come.
  package func receive(atMost limit: Int, seconds: Int) throws(WorkerFailure) -> [UInt8] {
    let head = try bytes(8, seconds: seconds)
    let length = head.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if length == WorkerProcess.endMark { throw lost() }
    guard length <= UInt64(limit) else {
      end()
      throw .repliedTooMuch(bytes: limit)
    }
    return try bytes(Int(length), seconds: seconds)
  }

  private func bytes(_ count: Int, seconds: Int) throws(WorkerFailure) -> [UInt8] {
    var isLost = false
    var isLate = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // Counted in seconds that are waited for one by one: when Ctrl-Z stops both processes, or the machine sleeps,
      // nobody is late.
      var waited = 0
      while filled < count {
        var request = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let ready = poll(&request, 1, 1000)
        if ready < 0 && errno == EINTR { continue }
        guard ready > 0 else {
          waited += 1
          if waited < seconds { continue }
          isLate = true
          return
        }
        waited = 0
        let part = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let read = recv(socket, part.baseAddress, part.count, 0)
        if read < 0 && errno == EINTR { continue }
        guard read > 0 else {
          isLost = true
          return
        }
        filled += read
      }
    }
    if isLate {
      end()
      throw .tookTooLong(seconds: UInt(seconds))
    }
    if isLost { throw lost() }
    return bytes
  }

  /// Why the worker is gone.
  private func lost() -> WorkerFailure {
    guard isRunning else { return .stoppedEarly(status: -1) }
    let status = finish(killing: false)
    let signal = status & 0x7F
    if signal == SIGXCPU { return .tookTooLong(seconds: 0) }
    return signal != 0 ? .ended(signal: signal) : .stoppedEarly(status: status >> 8 & 0xFF)
  }

  private func finish(killing: Bool) -> CInt {
    isRunning = false
    close(socket)
    if killing { kill(worker, SIGKILL) }
    var status: CInt = 0
    while waitpid(worker, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  // MARK: The worker's side

  /// The next request on the socket; `nil` when nobody sends any more.
  package static func request(on descriptor: CInt, atMost limit: Int) -> [UInt8]? {
    func bytes(_ count: Int) -> [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: count)
      var filled = 0
      while filled < count {
        let read = bytes.withUnsafeMutableBytes {
          recv(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, 0)
        }
        if read < 0 && errno == EINTR { continue }
        guard read > 0 else { return nil }
        filled += read
      }
      return bytes
    }
    guard let head = bytes(8) else { return nil }
    let length = head.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= UInt64(limit) ? bytes(Int(length)) : nil
  }

  /// Waits for `milliseconds`, or less when whoever sent requests is gone; true then.
  package static func isLeft(_ descriptor: CInt, within milliseconds: CInt) -> Bool {
    var request = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }

  /// Sends a message with its length, as either side does; false when the other is gone.
  package static func send(_ message: [UInt8], on socket: CInt) -> Bool {
    var all = withUnsafeBytes(of: UInt64(message.count).littleEndian) { Array($0) }
    all += message
    var sent = 0
    while sent < all.count {
      let count = all.withUnsafeBytes { write(socket, UnsafeRawBufferPointer(rebasing: $0[sent...])) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Writes without the signal that a closed socket would send.
  private static func write(_ socket: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      Darwin.send(socket, bytes.baseAddress, bytes.count, 0)
    #else
      Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
    #endif
  }
}

#if canImport(Glibc)
  private let streamType = CInt(SOCK_STREAM.rawValue)
#else
  private let streamType = SOCK_STREAM
#endif
