package import Batch
import Foundation
import Synchronization
package import SystemPackage
import TensorCore

/// The pages of a single file while they are made, on disk: several pages are written to it at once, and put in order at
/// the end.
package final class ReportSpool: Sendable {
  package struct Chunk: Sendable, Hashable {
    let offset: Int64
    let length: Int
  }

  private let file: FileDescriptor
  private let end = Mutex<Int64>(0)

  /// A spool in a file that exists, is empty, and is removed by the caller.
  package init(_ path: FilePath) throws {
    file = try FileDescriptor.open(path, .readWrite, options: .closeOnExec)
  }

  deinit { try? file.close() }

  package func append(_ bytes: [UInt8]) throws -> Chunk {
    let offset = end.withLock { end in
      defer { end += Int64(bytes.count) }
      return end
    }
    _ = try file.writeAll(toAbsoluteOffset: offset, bytes)
    return Chunk(offset: offset, length: bytes.count)
  }

  package func bytes(_ chunk: Chunk) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: chunk.length) { buffer, count in
      while count < chunk.length {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let read = try file.read(fromAbsoluteOffset: chunk.offset + Int64(count), into: rest)
        guard read > 0 else { throw Errno.ioError }
        count += read
      }
    }
  }
}

/// All bytes of a file.
private func content(of path: FilePath) throws -> [UInt8] {
  let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
  return try file.closeAfter {
    let length = Int(try file.seek(offset: 0, from: .end))
    return try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      while count < length {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let read = try file.read(fromAbsoluteOffset: Int64(count), into: rest)
        guard read > 0 else { throw Errno.ioError }
        count += read
      }
    }
  }
}

/// Puts pictures into a spool, and a token into the page where each belongs.
package struct SpoolSink: PictureSink {
  /// A page of a single file: its text, with pictures between.
  package struct Fragment: Sendable {
    package let chunks: [ReportSpool.Chunk]
    package let pictures: [String: ReportSpool.Chunk]
  }

  /// What has come into the spool so far, by the token that stands for it.
  private final class Known: Sendable {
    let pictures = Mutex<[String: ReportSpool.Chunk]>([:])
  }

  /// Hands its body an empty file for a picture of that name, gone when the body returns.
  package typealias Scratch = @Sendable (String, (FilePath) throws -> [UInt8]) throws -> [UInt8]

  private let spool: ReportSpool
  private let side: SideThread
  private let withScratch: Scratch
  /// No text from outside can know it.
  private let mark = "picture-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))-"
  private var count = 0
  private let known = Known()

  /// - Parameter side: what writes the pictures, and has done so before ``fragment(_:)`` is asked for.
  package init(_ spool: ReportSpool, beside side: SideThread, withScratch: @escaping Scratch) {
    self.spool = spool
    self.side = side
    self.withScratch = withScratch
  }

  package mutating func picture(
    _ name: String, _ write: @escaping @Sendable (FilePath) throws -> Void
  ) throws -> String {
    let type = name.hasSuffix(".jpg") ? "jpeg" : "png"
    let token = mark + "\(count)-"
    count += 1
    let (spool, known, withScratch) = (spool, known, withScratch)
    try side.start {
      let bytes = try withScratch(name) { path in
        try Parallelism.limited(to: 1) { try write(path) }
        return try content(of: path)
      }
      let chunk = try spool.append(
        Array("data:image/\(type);base64,".utf8) + Data(bytes).base64EncodedData())
      known.pictures.withLock { $0[token] = chunk }
    }
    return token
  }

  /// The page with its pictures in their places.
  package func fragment(_ html: String) throws -> Fragment {
    let pictures = known.pictures.withLock { $0 }
    var chunks: [ReportSpool.Chunk] = []
    var rest = html[...]
    while let found = rest.range(of: mark) {
      chunks.append(try spool.append(Array(rest[..<found.lowerBound].utf8)))
      let number = rest[found.upperBound...].prefix { $0 != "-" }
      if let chunk = pictures[mark + number + "-"] { chunks.append(chunk) }
      rest = rest[found.upperBound...].dropFirst(number.count + 1)
    }
    chunks.append(try spool.append(Array(rest.utf8)))
    return Fragment(chunks: chunks, pictures: pictures)
  }
}
