import Batch
import Fovea
import Isolation
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension WorkerJob {
  /// Runs the command in the arguments for ``PictureWorkers``.
  static let command = WorkerJob(name: "command") { descriptor, arguments, _ in
    // Ctrl-C goes to the whole group of processes; this one ends when nobody asks any more.
    signal(SIGINT, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    Interruption.ignoreFailedWrites()
    PictureServer.begin(on: descriptor)
    FoveaCommand.main(arguments)
  }
}

/// The other side of ``PictureWorkers``: this process has been started to make the pictures it is asked for.
enum PictureServer {
  private static let descriptor = Atomic<CInt>(-1)
  /// Whether a picture is being made; locked by whoever sends, so that no two messages mix.
  private static let isWorking = Mutex(false)

  static var isAsked: Bool { descriptor.load(ordering: .relaxed) >= 0 }

  static func begin(on descriptor: CInt) { Self.descriptor.store(descriptor, ordering: .relaxed) }

  /// Makes one picture after another until nobody asks any more.
  static func serve(_ make: (PictureRequest) throws -> Void) {
    let descriptor = Self.descriptor.load(ordering: .relaxed)
    func next() -> PictureRequest? {
      DecoderWatch.besides {
        WorkerSession.request(on: descriptor, atMost: PictureRequest.longest).flatMap(
          PictureRequest.init(bytes:))
      }
    }
    OwnThread.start { watch(descriptor) }
    while let request = next() {
      isWorking.withLock { $0 = true }
      let reply: PictureReply
      do {
        try make(request)
        reply = .done
      } catch {
        reply = .failed(problem(of: error))
      }
      let isHeard = isWorking.withLock { isWorking in
        isWorking = false
        return WorkerSession.send(reply.bytes, on: descriptor)
      }
      guard isHeard else { return }
    }
  }

  /// Gives signs of life; ends the process when whoever asked is gone, or when a decoder hangs.
  ///
  /// Time is counted in turns: what passes while Ctrl-Z has stopped the process, or the machine sleeps, is none.
  private static func watch(_ descriptor: CInt) {
    let turnsInASecond = 4
    var progress = DecoderWatch.progress
    var turns = 0
    var turnsWithoutProgress = 0
    while true {
      if WorkerSession.isLeft(descriptor, within: CInt(1000 / turnsInASecond)) { _exit(0) }
      turns += 1
      let now = DecoderWatch.progress
      turnsWithoutProgress = now == progress ? turnsWithoutProgress + 1 : 0
      progress = now
      let seconds = DecoderWatch.patience
      isWorking.withLock { isWorking in
        guard isWorking else { return }
        if turnsWithoutProgress > seconds * turnsInASecond {
          _ = WorkerSession.send(PictureReply.hung(seconds: UInt(max(0, seconds))).bytes, on: descriptor)
          _exit(0)
        }
        if turns % turnsInASecond == 0 { _ = WorkerSession.send(PictureReply.busy.bytes, on: descriptor) }
      }
    }
  }
}
