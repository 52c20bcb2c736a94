public import SystemPackage
import TensorCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Damaged versions of small files.
public enum Damage {
  /// How many versions with flipped bytes are made of one: `make fuzz` asks for more by `FOVEA_FLIPS`.
  public static let flips = getenv("FOVEA_FLIPS").flatMap { Int(String(cString: $0)) } ?? 500

  /// The file cut off at every `step`th byte.
  public static func cuts(of bytes: [UInt8], step: Int = 1) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: step).map { Array(bytes[..<$0]) }
  }

  /// The file with one to three bytes changed, seeded.
  public static func flips(of bytes: [UInt8], count: Int = flips) -> [[UInt8]] {
    var generator = SeededGenerator(seed: 42)
    return (0..<count).map { _ in
      var mutant = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        mutant[place] ^= UInt8.random(in: 1...255, using: &generator)
      }
      return mutant
    }
  }

  /// The file with every so many bytes of it, as a length may be, set to 0, 1 and what is far too much.
  public static func lengths(of bytes: [UInt8], sizes: [Int] = [4, 8], step: Int = 1) -> [[UInt8]] {
    let values: [Int: [UInt64]] = [2: [0, 1, 0xFFFF], 4: [0, 1, 1 << 31], 8: [0, 1, 1 << 31, 1 << 63]]
    return sizes.flatMap { size in
      stride(from: 0, to: max(0, bytes.count - size), by: step).flatMap { place in
        (values[size] ?? []).map { value in
          var mutant = bytes
          for byte in 0..<size {
            mutant[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
          }
          return mutant
        }
      }
    }
  }

  /// The file with every byte of it, as a short length of protobuf's may be, replaced by a longer one that is 0, 1 or far
  /// too much.
  public static func varints(of bytes: [UInt8]) -> [[UInt8]] {
    let numbers: [[UInt8]] = [
      [0], [1], [0x80, 0x80, 0x80, 0x80, 8], Array(repeating: 0x80, count: 9) + [1],
    ]
    return bytes.indices.flatMap { place in
      numbers.map { bytes[..<place] + $0 + bytes[(place + 1)...] }
    }
  }

  /// A text with every number in it replaced by 0, 1, what no file holds, and what is no size.
  public static func numbers(in text: [UInt8]) -> [[UInt8]] {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    var mutants: [[UInt8]] = []
    var start = 0
    while let first = text[start...].firstIndex(where: isDigit) {
      let end = text[first...].firstIndex { !isDigit($0) } ?? text.count
      for number in ["0", "1", "2147483648", "9223372036854775808", "-1", "1e300"] {
        mutants.append(text[..<first] + Array(number.utf8) + text[end...])
      }
      start = end
    }
    return mutants
  }
}

/// A file in a place of its own that holds one input after another, until it is removed.
public struct ScratchFile: Sendable {
  public let path: FilePath

  public init(_ name: String) {
    let plain = name.map { $0 == "/" ? "-" : $0 }
    path = FilePath("/tmp/fovea-mutant-\(getpid())-\(UInt32.random(in: 0 ... .max))-" + String(plain))
  }

  public func remove() { unlink(path.string) }

  /// The path, once the file holds nothing but `bytes`.
  public func holding(_ bytes: [UInt8]) -> FilePath {
    let descriptor = open(path.string, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0, "\(path) cannot be written")
    bytes.withUnsafeBytes { precondition(write(descriptor, $0.baseAddress, $0.count) == $0.count) }
    close(descriptor)
    return path
  }
}
