public import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One kind of work a worker does on one file.
public struct WorkerJob: Sendable {
  /// What the caller asks for by name.
  public let name: String

  /// Given an open file and arguments, hands over the replies one after another.
  package let body: @Sendable (CInt, [String], (_ reply: [UInt8]) -> Void) -> Void

  package init(
    name: String, body: @escaping @Sendable (CInt, [String], (_ reply: [UInt8]) -> Void) -> Void
  ) {
    self.name = name
    self.body = body
  }
}

/// The worker's side: a program that calls ``serveIfAsked(_:jobs:)`` first thing can be spawned as a worker of itself.
///
/// A worker gets the file as descriptor 3 and writes its replies to descriptor 4, each as its length in eight bytes,
/// little-endian, and its bytes; a length of all ones says that it is done. Anything else it prints goes nowhere.
public enum WorkerProcess {
  /// The hidden first argument that makes a program a worker; the name of a job, the limits and its arguments follow.
  public static let flag = "--fovea-worker"

  static let fileDescriptor: CInt = 3
  static let replyDescriptor: CInt = 4
  static let endMark = UInt64.max

  /// Serves and ends the process when `arguments` say that it is a worker; else makes workers of this program the
  /// ``Isolation/standard`` and returns.
  ///
  /// Call it before anything else in `main`: it puts limits on the process before it looks at the file.
  public static func serveIfAsked(_ arguments: [String] = CommandLine.arguments, jobs: [WorkerJob]) {
    guard arguments.count > 1, arguments[1] == flag else {
      if let own = ownExecutable { Isolation.standard = .worker(executable: own) }
      return
    }
    guard arguments.count >= 6, let seconds = UInt(arguments[3]), let bytes = UInt(arguments[4]),
      let fileBytes = UInt(arguments[5]), let job = jobs.first(where: { $0.name == arguments[2] })
    else { exit(64) }
    limitThisProcess(seconds: seconds, bytes: bytes, fileBytes: fileBytes)
    job.body(fileDescriptor, Array(arguments.dropFirst(6))) { reply in
      send(length: UInt64(reply.count))
      reply.withUnsafeBytes(send)
    }
    send(length: endMark)
    // Not `exit`: what a C library would tidy up after a damaged file need not survive it.
    _exit(0)
  }

  /// The path by which this very program can be started again; `nil` where the system does not say.
  public static var ownExecutable: FilePath? {
    #if os(Linux)
      // The link still leads to the program when its file has been renamed or replaced; the path it shows need not.
      return access("/proc/self/exe", X_OK) == 0 ? FilePath("/proc/self/exe") : nil
    #else
      var size = UInt32(PATH_MAX)
      var buffer = [CChar](repeating: 0, count: Int(size))
      guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
      return buffer.withUnsafeBufferPointer { $0.baseAddress.map { FilePath(platformString: $0) } }
    #endif
  }

  private static func limitThisProcess(seconds: UInt, bytes: UInt, fileBytes: UInt) {
    limit(cpu: seconds, fileBytes: fileBytes)
    // The address space beyond what the program and its libraries take already.
    if let used = addressSpaceInUse() { limit(addressSpace: used + bytes) }
    signal(SIGPIPE, SIG_DFL)
  }

  private static func limit(cpu seconds: UInt, fileBytes: UInt) {
    var limits = rlimit(rlim_cur: rlim_t(seconds), rlim_max: rlim_t(seconds + 1))
    setResourceLimit(RLIMIT_CPU, &limits)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setResourceLimit(RLIMIT_CORE, &none)
    // No more than its caller may, even where the system would let it.
    var file = rlimit()
    getResourceLimit(RLIMIT_FSIZE, &file)
    let most = min(rlim_t(fileBytes), file.rlim_cur)
    file = rlimit(rlim_cur: most, rlim_max: most)
    setResourceLimit(RLIMIT_FSIZE, &file)
  }

  private static func limit(addressSpace bytes: UInt) {
    var limits = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    setResourceLimit(RLIMIT_AS, &limits)
  }

  #if os(Linux) && canImport(Glibc)
    private static func setResourceLimit(_ resource: __rlimit_resource, _ limits: inout rlimit) {
      setrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    }

    private static func getResourceLimit(_ resource: __rlimit_resource, _ limits: inout rlimit) {
      getrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    }
  #else
    private static func setResourceLimit(_ resource: CInt, _ limits: inout rlimit) {
      setrlimit(resource, &limits)
    }

    private static func getResourceLimit(_ resource: CInt, _ limits: inout rlimit) {
      getrlimit(resource, &limits)
    }
  #endif

  /// From `/proc`; `nil` elsewhere, where the limit would not be kept anyway.
  private static func addressSpaceInUse() -> UInt? {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = text.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    let pages = String(decoding: text.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    return UInt(pages).map { $0 * UInt(sysconf(CInt(_SC_PAGESIZE))) }
  }

  private static func send(length: UInt64) {
    withUnsafeBytes(of: length.littleEndian) { send($0) }
  }

  private static func send(_ bytes: UnsafeRawBufferPointer) {
    var sent = 0
    while sent < bytes.count {
      let count = write(replyDescriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
      if count < 0 && errno == EINTR { continue }
      // Nobody listens any more.
      guard count > 0 else { _exit(1) }
      sent += count
    }
  }
}
