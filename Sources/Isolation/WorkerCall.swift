package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The caller's side: one worker, started on one open file, listened to until it is done.
package struct WorkerCall: Sendable {
  /// What a worker may take.
  package struct Limits: Sendable, Hashable {
    /// Processor time; the clock on the wall may show three times as much before the worker is stopped.
    package var seconds: UInt = 10
    /// Address space beyond what the program itself takes.
    package var bytes: UInt = 1 << 30
    /// All replies together; a session has no such limit.
    package var replyBytes: Int = 256 << 20
    /// What it may write to one file.
    package var fileBytes: UInt = 0

    package init() {}
  }

  package let executable: FilePath
  package let job: String
  package var arguments: [String] = []
  package var limits = Limits()

  package init(executable: FilePath, job: String, arguments: [String] = [], limits: Limits = Limits()) {
    self.executable = executable
    self.job = job
    self.arguments = arguments
    self.limits = limits
  }

  /// What came back: every reply that arrived whole, and why no more came if the worker did not finish.
  package struct Outcome: Sendable {
    package let replies: [[UInt8]]
    package let failure: WorkerFailure?
  }

  /// Runs the worker on the file open as `descriptor` and waits for it to end.
  package func run(on descriptor: CInt) -> Outcome {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { return notStarted() }
    // Above the numbers the worker gets, so that giving it one does not overwrite the other; closed by `exec`.
    let file = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
    let replyEnd = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
    let listening = fcntl(ends[0], F_DUPFD_CLOEXEC, 10)
    close(ends[0])
    close(ends[1])
    defer { close(listening) }
    guard file >= 0, replyEnd >= 0, listening >= 0 else { return notStarted() }
    let (worker, status) = spawn(file: file, replyEnd: replyEnd)
    close(file)
    close(replyEnd)
    guard let worker else {
      return Outcome(
        replies: [],
        failure: .notStarted(executable: executable.string, reason: String(cString: strerror(status))))
    }
    return listen(to: listening, worker: worker)
  }

  private func notStarted() -> Outcome {
    Outcome(
      replies: [],
      failure: .notStarted(executable: executable.string, reason: String(cString: strerror(errno))))
  }

  /// Starts the worker with two descriptors of its own.
  func spawn(file: CInt, replyEnd: CInt) -> (pid_t?, CInt) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for standard: CInt in 0...2 {
      posix_spawn_file_actions_addopen(
        &actions, standard, "/dev/null", standard == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, file, WorkerProcess.fileDescriptor)
    posix_spawn_file_actions_adddup2(&actions, replyEnd, WorkerProcess.replyDescriptor)

    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The worker starts with no signal blocked, whatever this thread blocks.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let words =
      [executable.string, WorkerProcess.flag, job]
      + [limits.seconds, limits.bytes, limits.fileBytes].map { "\($0)" } + arguments
    // A worker that crashes is expected: no time is spent on printing where.
    // Memory that one picture gives back, the next one takes: handing it to the system and asking again costs more.
    let environment =
      [
        "SWIFT_BACKTRACE=enable=no", "OPENBLAS_NUM_THREADS=1", "LC_ALL=C",
        "MALLOC_TRIM_THRESHOLD_=33554432", "MALLOC_MMAP_THRESHOLD_=16777216",
      ] + inherited
    var pid: pid_t = 0
    let status = executable.withPlatformString { path in
      withCStrings(words) { words in
        withCStrings(environment) { environment in
          posix_spawn(&pid, path, &actions, &attributes, words, environment)
        }
      }
    }
    return status == 0 ? (pid, 0) : (nil, status)
  }

  /// Where the dynamic linker looks must be the same for the worker, or it may not start at all; and where large pictures
  /// are kept while they are worked on.
  private var inherited: [String] {
    let names: [String] = [
      "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "VIPSHOME", "VIPS_BLOCK_UNTRUSTED",
    ]
    return names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
  }

  private func listen(to descriptor: CInt, worker: pid_t) -> Outcome {
    let clock = ContinuousClock()
    let patience = limits.seconds * 3
    let deadline = clock.now + .seconds(Int(patience))
    var stream = ReplyStream()
    var failure: WorkerFailure?
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while failure == nil {
      let left = deadline - clock.now
      guard left > .zero else {
        failure = .tookTooLong(seconds: patience)
        break
      }
      let milliseconds = Int32(clamping: left.components.seconds * 1000 + 1)
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&request, 1, min(milliseconds, 1000))
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      stream.append(buffer[..<count])
      if stream.byteCount > limits.replyBytes { failure = .repliedTooMuch(bytes: limits.replyBytes) }
    }
    if failure != nil { kill(worker, SIGKILL) }
    var status: Int32 = 0
    var waited = waitpid(worker, &status, 0)
    while waited < 0 && errno == EINTR { waited = waitpid(worker, &status, 0) }
    if failure == nil, !stream.isFinished {
      let signal = status & 0x7F
      failure =
        waited < 0
        ? .stoppedEarly(status: -1)
        : signal == SIGXCPU || (signal == SIGKILL)
          ? .tookTooLong(seconds: limits.seconds)
          : signal != 0 ? .ended(signal: signal) : .stoppedEarly(status: status >> 8 & 0xFF)
    }
    return Outcome(replies: stream.replies, failure: failure)
  }
}

/// Takes a worker's bytes as they come and cuts them into replies.
private struct ReplyStream {
  private(set) var replies: [[UInt8]] = []
  private(set) var isFinished = false
  private(set) var byteCount = 0
  private var pending: [UInt8] = []
  private var position = 0

  mutating func append(_ bytes: ArraySlice<UInt8>) {
    byteCount += bytes.count
    pending.append(contentsOf: bytes)
    while !isFinished, pending.count - position >= 8 {
      let length = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(pending[position + $1]) }
      if length == WorkerProcess.endMark {
        isFinished = true
        break
      }
      guard length <= UInt64(pending.count - position - 8) else { break }
      let start = position + 8
      replies.append(Array(pending[start..<(start + Int(length))]))
      position = start + Int(length)
    }
    if position > 1 << 20 {
      pending.removeFirst(position)
      position = 0
    }
  }
}

/// Lends texts as the null-terminated array of C strings that `argv` and `envp` are.
private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = texts.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
