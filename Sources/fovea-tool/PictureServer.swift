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
      let reply: PictureReply
      do {
        try make(request)
        reply = .done
      } catch {
        reply = .failed(problem(of: error))
      }
      guard WorkerSession.send(reply.bytes, on: descriptor) else { return }
    }
  }

  /// Ends the process when whoever asked is gone, or when a decoder hangs.
  private static func watch(_ descriptor: CInt) {
    var progress = DecoderWatch.progress
    var since = ContinuousClock.now
    while true {
      if WorkerSession.isLeft(descriptor, within: 250) { _exit(0) }
      let now = DecoderWatch.progress
      let seconds = DecoderWatch.patience
      if now != progress {
        (progress, since) = (now, .now)
      } else if .now - since > .seconds(seconds) {
        _ = WorkerSession.send(PictureReply.hung(seconds: UInt(max(0, seconds))).bytes, on: descriptor)
        _exit(0)
      }
    }
  }
}
