import SystemPackage

/// What a decoder in a process of its own is asked for.
struct DecoderRequest {
  var path: FilePath
  var maximumPixels: Int
  var allowsUntrustedFormats: Bool
  /// The rows as well as the header.
  var wantsPixels: Bool
  /// Threads it may use.
  var threads: Int

  static let longest = 1 << 16

  var bytes: [UInt8] {
    var writer = WireWriter()
    for number in [maximumPixels, allowsUntrustedFormats ? 1 : 0, wantsPixels ? 1 : 0, threads] {
      writer.write(number)
    }
    writer.write(
      path.withPlatformString { pointer in
        Array(UnsafeRawBufferPointer(start: pointer, count: path.length))
      })
    return writer.bytes
  }

  init(_ path: FilePath, _ options: LoadOptions, wantsPixels: Bool, threads: Int) {
    self.path = path
    maximumPixels = options.maximumPixels
    allowsUntrustedFormats = options.allowsUntrustedFormats
    self.wantsPixels = wantsPixels
    self.threads = threads
  }

  init?(bytes: [UInt8]) {
    var reader = WireReader(bytes)
    guard let pixels = reader.number(), let untrusted = reader.number(), let wants = reader.number(),
      let threads = reader.number(), let path = reader.block(), reader.isAtEnd
    else { return nil }
    self.path = (path + [0]).withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CInterop.PlatformChar.self) { chars in
        chars.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
      }
    }
    maximumPixels = pixels
    allowsUntrustedFormats = untrusted != 0
    wantsPixels = wants != 0
    self.threads = max(1, threads)
  }

  var options: LoadOptions {
    LoadOptions(maximumPixels: maximumPixels, allowsUntrustedFormats: allowsUntrustedFormats)
  }
}

/// What it answers: a header and, when they were asked for, the rows from top to bottom and a word that they were all.
enum DecoderReply {
  case header([UInt8])
  case rows([UInt8])
  case finished
  case failure(ImagingError)

  var bytes: [UInt8] {
    switch self {
    case .header(let bytes): return [0] + bytes
    case .rows(let bytes): return [1] + bytes
    case .finished: return [2]
    case .failure(let error):
      var writer = WireWriter()
      writer.write(3 as UInt8)
      switch error {
      case .notPicture: writer.write(0)
      case .blockedFormat(_, let format):
        writer.write(1)
        writer.write(Array(format.utf8))
      case .tooLarge(_, let width, let height, let pages, let limit):
        for number in [2, width, height, pages, limit] { writer.write(number) }
      case .damaged(_, let reason), .failed(_, let reason):
        writer.write(3)
        writer.write(Array(reason.utf8))
      default:
        writer.write(4)
        writer.write(Array("\(error)".utf8))
      }
      return writer.bytes
    }
  }

  /// `nil` when the bytes are not what ``bytes`` makes.
  init?(bytes: [UInt8], about path: FilePath) {
    switch bytes.first {
    case 0: self = .header(Array(bytes.dropFirst()))
    case 1: self = .rows(bytes)
    case 2: self = .finished
    case 3:
      var reader = WireReader(Array(bytes.dropFirst()))
      guard let kind = reader.number() else { return nil }
      let words = kind == 2 ? "" : String(decoding: reader.block() ?? [], as: UTF8.self)
      switch kind {
      case 0: self = .failure(.notPicture(path))
      case 1: self = .failure(.blockedFormat(path, format: words))
      case 2:
        guard let width = reader.number(), let height = reader.number(), let pages = reader.number(),
          let limit = reader.number()
        else { return nil }
        self = .failure(.tooLarge(path, width: width, height: height, pages: pages, limit: limit))
      case 3: self = .failure(.damaged(path, reason: words))
      default: self = .failure(.unreadable(path, reason: words))
      }
    default: return nil
    }
  }
}

/// Numbers as eight bytes, little-endian, and blocks of bytes after their length.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ byte: UInt8) { bytes.append(byte) }

  mutating func write(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ number: Double) { write(Int(Int64(bitPattern: number.bitPattern))) }

  mutating func write(_ block: [UInt8]) {
    write(block.count)
    bytes += block
  }
}

/// Reads what ``WireWriter`` wrote; `nil` past the end or where a length cannot be true.
struct WireReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number() -> Int? {
    guard bytes.count - position >= 8 else { return nil }
    defer { position += 8 }
    return bytes.withUnsafeBytes {
      Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self)))
    }
  }

  mutating func real() -> Double? { number().map { Double(bitPattern: UInt64(bitPattern: Int64($0))) } }

  mutating func block() -> [UInt8]? {
    guard let count = number(), count >= 0, count <= bytes.count - position else { return nil }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  mutating func text() -> String? { block().map { String(decoding: $0, as: UTF8.self) } }
}
