import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C and friends, handled on an ordinary thread.
package enum Interruption {
  /// The end of a pipe that the signal handler writes to: nothing else is allowed in there.
  private static let pipeEnd = Atomic<Int32>(-1)

  /// Runs `body` once, on its own thread, when SIGINT, SIGTERM or SIGHUP comes; until then nothing changes.
  ///
  /// Call it on a thread that lives as long as the program. A program started with `nohup` goes on ignoring SIGHUP. Programs started from this one get the usual signals.
  package static func handle(_ body: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipeEnd.load(ordering: .sequentiallyConsistent) < 0, pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pipeEnd.store(ends[1], ordering: .sequentiallyConsistent)
    let readEnd = ends[0]
    OwnThread.start {
      var byte: UInt8 = 0
      while read(readEnd, &byte, 1) != 1 {}
      body()
    }
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(signal, nil, &action)
      if signal == SIGHUP, ignores(action) { continue }
      action = sigaction()
      setHandler(&action) { _ in
        let saved = errno
        var byte: UInt8 = 1
        _ = write(Interruption.pipeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = saved
      }
      action.sa_flags = SA_RESTART
      sigaction(signal, &action, nil)
      // Who was started by a thread that blocks signals, as Dispatch's do, has inherited that.
      var unblocked = sigset_t()
      sigemptyset(&unblocked)
      sigaddset(&unblocked, signal)
      pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    }
  }

  /// Lets a write to a reader that has gone away, or past the limit on a file's size, fail as an error instead of
  /// ending the process.
  package static func ignoreFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  #if canImport(Darwin)
    private static func ignores(_ action: sigaction) -> Bool {
      unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func setHandler(_ action: inout sigaction, _ handler: @convention(c) (Int32) -> Void) {
      action.__sigaction_u.__sa_handler = handler
    }
  #else
    private static func ignores(_ action: sigaction) -> Bool {
      unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func setHandler(
      _ action: inout sigaction, _ handler: @escaping @convention(c) (Int32) -> Void
    ) {
      action.__sigaction_handler.sa_handler = handler
    }
  #endif
}
