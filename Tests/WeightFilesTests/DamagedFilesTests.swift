import Isolation
import SystemPackage
import TensorCore
import TestSupport
import Testing
import WeightFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files of weights that are cut off anywhere or have bytes flipped.
///
/// Each ends in an error or in a load, never in a crash, a hang or a great allocation.
@Suite struct DamagedFilesTests {
  /// How many files with flipped bytes are made of one: `make fuzz` asks for more by `FOVEA_FLIPS`.
  static let flips = getenv("FOVEA_FLIPS").flatMap { Int(String(cString: $0)) } ?? 500

  /// Damaged versions of a file: cut off at every `step`th byte, and with seeded random bytes changed.
  static func mutants(of bytes: [UInt8], step: Int, flips: Int) -> [[UInt8]] {
    var mutants = stride(from: 0, to: bytes.count, by: step).map { Array(bytes[..<$0]) }
    var generator = SeededGenerator(seed: 42)
    for _ in 0..<flips {
      var mutant = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        mutant[place] ^= UInt8.random(in: 1...255, using: &generator)
      }
      mutants.append(mutant)
    }
    return mutants
  }

  static func contents(_ name: String) throws -> [UInt8] {
    let file = try MappedFile(fixtures + name)
    return file.withBytes(Array.init)
  }

  /// Loads everything; the only way out but success is an error that says something.
  static func load(_ open: () throws -> WeightFile) {
    do {
      let file = try open()
      for entry in file.entries { _ = try file.tensor(named: entry.name) }
    } catch { #expect("\(error)".count > 10) }
  }

  @Test(arguments: ["damage/old.h5", "damage/new.h5", "tiny_weights.h5"])
  func everyDamageToAnHDF5FileEndsInAnErrorOrALoad(name: String) throws {
    let bytes = try Self.contents(name)
    let isSmall = bytes.count < 4096
    let mutants =
      Self.mutants(of: bytes, step: isSmall ? 1 : 16, flips: isSmall ? Self.flips : 100)
      + (isSmall ? Self.lengths(of: bytes, step: 4) : [])
    // All of them one after another in one file: the worker is told where each begins and ends.
    var all: [UInt8] = []
    var ranges: [Range<Int>] = []
    for mutant in mutants {
      // Aligned as a file of its own would be.
      while all.count % 64 != 0 { all.append(0) }
      ranges.append(all.count..<(all.count + mutant.count))
      all += mutant
    }
    let path = "/tmp/fovea-mutants-\(getpid())-\(name.replacing("/", with: "-"))"
    defer { unlink(path) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    all.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    let file = try MappedFile(path)
    #expect(file.size == all.count)

    var next = 0
    var crashes = 0
    var loads = 0
    while next < ranges.count {
      var limits = WorkerCall.Limits()
      limits.seconds = 1
      let call = WorkerCall(
        executable: workerExecutable, job: WorkerJob.hdf5.name,
        arguments: ranges[next..<min(next + 1000, ranges.count)].flatMap {
          ["\($0.lowerBound)", "\($0.upperBound)"]
        },
        limits: limits)
      let outcome = call.run(on: file.descriptor)
      for (index, reply) in outcome.replies.enumerated() {
        let range = ranges[next + index]
        let open = { try WeightFile(hdf5In: file, range: range, workerReply: reply) }
        Self.load {
          let file = try open()
          loads += 1
          return file
        }
      }
      next += outcome.replies.count
      // The worker died of the next one: what the caller sees is the failure, and that ends well.
      if let failure = outcome.failure {
        #expect("\(failure)".contains("damaged"))
        crashes += 1
        next += 1
      } else if outcome.replies.isEmpty {
        Issue.record("the worker answers nothing")
        return
      }
    }
    #expect(loads > 0)
    print("\(ranges.count) damaged HDF5 files of \(name): \(loads) opened, \(crashes) workers lost")
  }

  @Test func theWholeWayThroughAWorkerEndsInAnErrorToo() throws {
    let bytes = try Self.contents("tiny_weights.h5")
    for mutant in Self.mutants(of: bytes, step: 2000, flips: 20) {
      let path = "/tmp/fovea-mutant-\(getpid())-\(UInt64.random(in: 0 ... .max))"
      defer { unlink(path) }
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      mutant.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
      close(descriptor)
      Self.load { try WeightFile(contentsOf: path, isolation: .worker(executable: workerExecutable)) }
    }
  }

  /// A file with every two, four and eight bytes of it, as a length may be, set to 0, 1 and what is far too much.
  static func lengths(of bytes: [UInt8], step: Int = 1) -> [[UInt8]] {
    var mutants: [[UInt8]] = []
    for (size, values) in [(4, [0, 1, 1 << 31]), (8, [0, 1, 1 << 31, 1 << 63])] as [(Int, [UInt64])] {
      for place in stride(from: 0, to: bytes.count - size, by: step) {
        for value in values {
          var mutant = bytes
          for byte in 0..<size {
            mutant[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
          }
          mutants.append(mutant)
        }
      }
    }
    return mutants
  }

  /// A file with every byte of it, as a short length of protobuf's may be, replaced by a longer one that is 0, 1 or far too
  /// much.
  static func varints(of bytes: [UInt8]) -> [[UInt8]] {
    let numbers: [[UInt8]] = [
      [0], [1], [0x80, 0x80, 0x80, 0x80, 8], Array(repeating: 0x80, count: 9) + [1],
    ]
    return bytes.indices.flatMap { place in
      numbers.map { bytes[..<place] + $0 + bytes[(place + 1)...] }
    }
  }

  @Test(arguments: [
    "small.safetensors", "stored.npz", "deflated.npz", "torch/tiny.pth", "torch/tiny_legacy.pth",
    "torch/layers.npy", "torch/layers_protocol2.npy", "damage/tiny.keras", "damage/tiny.caffemodel",
    "damage/old.caffemodel", "damage/tiny.prototxt", "damage/mean.binaryproto", "damage/tiny.onnx",
  ])
  func everyDamageToTheOtherFormatsEndsInAnErrorOrALoad(name: String) throws {
    let path = "/tmp/fovea-mutant-\(getpid())-\(name.replacing("/", with: "-"))"
    defer { unlink(path) }
    let bytes = try Self.contents(name)
    var mutants = Self.mutants(of: bytes, step: 1, flips: Self.flips) + Self.lengths(of: bytes)
    if ["caffemodel", "binaryproto", "onnx"].contains(where: name.hasSuffix) {
      mutants += Self.varints(of: bytes)
    }
    let sound = try WeightFile(contentsOf: fixtures + name)
    for entry in sound.entries { #expect(try sound.tensor(named: entry.name).shape == entry.shape) }
    for mutant in mutants {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      mutant.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
      close(descriptor)
      Self.load { try WeightFile(contentsOf: path) }
    }
  }
}
