import CVips
import Isolation
import Synchronization
import SystemPackage
import TensorCore

extension Image {
  /// The picture in a file that a worker decodes, row by row while the pixels are asked for.
  init(isolatedAt path: FilePath, options: LoadOptions, executable: FilePath) throws(ImagingError) {
    let decoder = IsolatedDecoder(path, options, executable)
    let header = try decoder.header()
    self.init(
      header: try header.picture(nil),
      recipe: { (access) throws(ImagingError) in
        let picture = try decoder.open(expecting: header)
        return access == .random ? try picture.readableAnywhere() : picture
      },
      needsRandomAccess: false, origin: path)
  }
}

/// One file and the workers that read it.
///
/// A file that made a worker crash or hang once is not tried again.
private final class IsolatedDecoder: Sendable {
  private let path: FilePath
  private let options: LoadOptions
  private let pool: DecoderPool
  private let failure = Mutex<ImagingError?>(nil)

  init(_ path: FilePath, _ options: LoadOptions, _ executable: FilePath) {
    self.path = path
    self.options = options
    pool = DecoderPool.of(executable)
  }

  func header() throws(ImagingError) -> PictureHeader {
    let (session, header) = try ask(wantsPixels: false)
    pool.give(back: session)
    return header
  }

  /// The picture, whose rows the worker is sending already.
  func open(expecting known: PictureHeader) throws(ImagingError) -> Picture {
    let (session, header) = try ask(wantsPixels: true)
    guard header.width == known.width, header.height == known.height, header.rowBytes == known.rowBytes else {
      throw .unreadable(path, reason: "it has changed meanwhile")
    }
    let seconds = options.secondsToDecode(header.width * header.height)
    let stream = PixelStream(
      session, rows: header.height, rowBytes: header.rowBytes, path: path, seconds: seconds,
      pool: pool
    ) { [self] error in failure.withLock { $0 = error } }
    return try header.picture(stream)
  }

  private func ask(wantsPixels: Bool) throws(ImagingError) -> (WorkerSession, PictureHeader) {
    if let failure = failure.withLock({ $0 }) { throw failure }
    let session: WorkerSession
    do { session = try pool.take() } catch { throw .unreadable(path, reason: "\(error)") }
    let reply: DecoderReply?
    do {
      try session.send(
        DecoderRequest(path, options, wantsPixels: wantsPixels, threads: Parallelism.threads).bytes)
      reply = DecoderReply(
        bytes: try session.receive(atMost: PictureHeader.longest, seconds: options.secondsToDecode(0)),
        about: path)
    } catch {
      throw remembered(.lost(path, error))
    }
    switch reply {
    case .header(let bytes):
      guard let header = PictureHeader(bytes: bytes, maximumPixels: options.maximumPixels) else { break }
      return (session, header)
    case .failure(let error):
      pool.give(back: session)
      throw remembered(error)
    default: break
    }
    session.end()
    throw remembered(.damaged(path, reason: "the worker that reads it answered nonsense"))
  }

  private func remembered(_ error: ImagingError) -> ImagingError {
    failure.withLock { $0 = error }
    return error
  }
}

/// The rows of one picture as a worker sends them; read from top to bottom, by one thread at a time.
///
/// - Important: `@unchecked Sendable` holds because all state is used under `lock`.
final class PixelStream: @unchecked Sendable {
  private let lock = Mutex(())
  private var session: WorkerSession?
  private let rows: Int
  private let rowBytes: Int
  private let path: FilePath
  private let seconds: Int
  private let pool: DecoderPool
  private let onFailure: (ImagingError) -> Void
  private var nextRow = 0
  /// The message whose rows are handed out, and how much of it has been; its first byte says what it is.
  private var message: [UInt8] = []
  private var used = 0

  fileprivate init(
    _ session: WorkerSession, rows: Int, rowBytes: Int, path: FilePath, seconds: Int, pool: DecoderPool,
    onFailure: @escaping (ImagingError) -> Void
  ) {
    self.session = session
    self.rows = rows
    self.rowBytes = rowBytes
    self.path = path
    self.seconds = seconds
    self.pool = pool
    self.onFailure = onFailure
  }

  deinit {
    // What is left of a small picture comes faster than a new worker starts.
    while session != nil, (rows - nextRow) * rowBytes < 4 << 20, takeRow(nil) {}
    session?.end()
  }

  /// Copies `height` rows from row `top` on into the region; false when they do not come, or have been.
  fileprivate func copy(
    top: Int, height: Int, into target: UnsafeMutablePointer<VipsRegion>
  ) -> Bool {
    lock.withLock { _ in
      guard top >= nextRow else { return false }
      while nextRow < top { guard takeRow(nil) else { return false } }
      for row in top..<(top + height) {
        guard let line = fovea_region_address(target, 0, Int32(row)), takeRow(line) else { return false }
      }
      return true
    }
  }

  private func takeRow(_ line: UnsafeMutableRawPointer?) -> Bool {
    guard nextRow < rows else { return false }
    if used >= message.count, !receiveRows() { return false }
    if let line {
      message.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(start: line, count: rowBytes)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[used..<(used + rowBytes)]))
      }
    }
    used += rowBytes
    nextRow += 1
    // The last row counts once the worker has said that none went wrong.
    return nextRow < rows || finish()
  }

  private func receiveRows() -> Bool {
    guard case .rows(let bytes)? = receive(), (bytes.count - 1) % rowBytes == 0, bytes.count > 1 else {
      return false
    }
    message = bytes
    used = 1
    return true
  }

  private func finish() -> Bool {
    guard case .finished? = receive(), let session else { return false }
    pool.give(back: session)
    self.session = nil
    return true
  }

  /// The next message that is no failure.
  private func receive() -> DecoderReply? {
    guard let session else { return nil }
    do throws(WorkerFailure) {
      let bytes = try session.receive(atMost: (rows - nextRow) * rowBytes + (1 << 20), seconds: seconds)
      let reply = DecoderReply(bytes: bytes, about: path)
      guard case .failure(let error)? = reply else { return reply }
      onFailure(error)
      pool.give(back: session)
    } catch {
      onFailure(.lost(path, error))
    }
    self.session = nil
    return nil
  }
}

/// Hands a stream's rows to libvips.
final class StreamedRows: RegionMaker {
  private let stream: PixelStream

  init(_ stream: PixelStream) { self.stream = stream }

  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    let valid = target.pointee.valid
    return stream.copy(top: Int(valid.top), height: Int(valid.height), into: target)
  }
}

/// Workers that wait for the next picture.
final class DecoderPool: Sendable {
  private let executable: FilePath
  private let idle = Mutex<[WorkerSession]>([])

  private static let pools = Mutex<[FilePath: DecoderPool]>([:])

  static func of(_ executable: FilePath) -> DecoderPool {
    pools.withLock { pools in
      if let pool = pools[executable] { return pool }
      let pool = DecoderPool(executable)
      pools[executable] = pool
      return pool
    }
  }

  private init(_ executable: FilePath) { self.executable = executable }

  func take() throws(WorkerFailure) -> WorkerSession {
    while let session = idle.withLock({ $0.popLast() }) {
      if session.isAlive { return session }
    }
    var limits = WorkerCall.Limits()
    limits.seconds = 1 << 30
    limits.bytes = 4 << 30
    limits.fileBytes = 64 << 30
    return try WorkerSession(
      WorkerCall(executable: executable, job: WorkerJob.pictures.name, limits: limits))
  }

  func give(back session: WorkerSession) { idle.withLock { $0.append(session) } }
}
