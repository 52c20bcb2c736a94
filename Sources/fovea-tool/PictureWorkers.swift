import Batch
import Fovea
import Isolation
import Synchronization
import SystemPackage

/// Processes of their own that make the pictures of a command.
///
/// Each runs the same command as this one, with the same options, and is told one input after another. They decode, filter
/// and encode; no pixels come back. A picture that makes a decoder crash, hang or take too much memory is an error like any
/// other, and the next one gets a new process.
final class PictureWorkers: Sendable {
  private let call: WorkerCall
  /// Seconds without a sign of life after which a worker is given up.
  private let silence: Int
  private let idle = Mutex<[WorkerSession]>([])

  /// `nil` where this program cannot be started again.
  ///
  /// - Parameter decoderSeconds: how long a worker lets a decoder stand still. It ends itself then; one that is too far
  ///   gone even for that is ended from here, a little later.
  init?(decoderSeconds: Int) {
    silence = decoderSeconds + 5
    guard let executable = WorkerProcess.ownExecutable else { return nil }
    var limits = WorkerCall.Limits()
    // A worker lives as long as there are pictures; how long one of them may take, it watches itself.
    limits.seconds = 1 << 30
    limits.bytes = 8 << 30
    limits.fileBytes = 64 << 30
    call = WorkerCall(
      executable: executable, job: WorkerJob.command.name, arguments: Array(escapedArguments().dropFirst()),
      limits: limits)
  }

  /// Has a picture made.
  func make(_ request: PictureRequest) throws {
    let session: WorkerSession
    do { session = try take() } catch {
      throw ImagingError.unreadable(request.input, reason: "\(error)")
    }
    let reply: PictureReply?
    do {
      try session.send(request.bytes)
      reply = try self.reply(of: session)
    } catch {
      throw ImagingError.lost(request.input, error)
    }
    switch reply {
    case .done: idle.withLock { $0.append(session) }
    case .failed(let problem):
      idle.withLock { $0.append(session) }
      throw ProblemElsewhere(problem: problem)
    case .hung(let seconds):
      session.end()
      throw ImagingError.lost(request.input, .tookTooLong(seconds: seconds))
    case .busy, nil:
      session.end()
      throw ImagingError.damaged(request.input, reason: "the worker that reads it answered nonsense")
    }
  }

  /// What a worker says in the end, however long it takes.
  private func reply(of session: WorkerSession) throws(WorkerFailure) -> PictureReply? {
    while true {
      let bytes = try session.receive(atMost: PictureReply.longest, seconds: silence)
      let reply = PictureReply(bytes: bytes)
      guard case .busy? = reply else { return reply }
    }
  }

  private func take() throws(WorkerFailure) -> WorkerSession {
    while let session = idle.withLock({ $0.popLast() }) {
      if session.isAlive { return session }
    }
    return try WorkerSession(call)
  }
}

/// A problem that another process has had.
struct ProblemElsewhere: Error {
  let problem: Problem
}

/// One picture to be made.
struct PictureRequest: Sendable {
  let input: FilePath
  /// Files that are there, each for the same picture in the format of its suffix.
  let outputs: [FilePath]
  let threads: Int

  static let longest = 1 << 20

  init(input: FilePath, outputs: [FilePath], threads: Int) {
    self.input = input
    self.outputs = outputs
    self.threads = threads
  }

  /// No path has a byte 0, so it parts them.
  var bytes: [UInt8] {
    Array(([Array("\(threads)".utf8), input.bytes] + outputs.map(\.bytes)).joined(separator: [0]))
  }

  init?(bytes: [UInt8]) {
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
    guard fields.count > 2, let threads = Int(String(decoding: fields[0], as: UTF8.self)) else { return nil }
    self.init(
      input: FilePath(bytes: fields[1]), outputs: fields[2...].map { FilePath(bytes: $0) }, threads: threads)
  }
}

/// What became of it.
enum PictureReply {
  /// A sign of life, about every second while a picture is being made.
  case busy
  case done
  case failed(Problem)
  /// Its decoder did not get on for so many seconds; the process ends.
  case hung(seconds: UInt)

  static let longest = 1 << 20

  var bytes: [UInt8] {
    switch self {
    case .busy: [UInt8(ascii: "+")]
    case .done: []
    case .failed(let problem): Array("\(problem.kind)\0\(problem.message)".utf8)
    case .hung(let seconds): Array("\(seconds)".utf8)
    }
  }

  /// `nil` when the bytes are not what ``bytes`` makes.
  init?(bytes: [UInt8]) {
    guard !bytes.isEmpty else {
      self = .done
      return
    }
    if bytes == PictureReply.busy.bytes {
      self = .busy
    } else if let end = bytes.firstIndex(of: 0) {
      self = .failed(
        Problem(
          kind: String(decoding: bytes[..<end], as: UTF8.self),
          message: String(decoding: bytes[(end + 1)...], as: UTF8.self)))
    } else if let seconds = UInt(String(decoding: bytes, as: UTF8.self)) {
      self = .hung(seconds: seconds)
    } else {
      return nil
    }
  }
}
