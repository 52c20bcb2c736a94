import Isolation
import SystemPackage
import TensorCore
import TestSupport
import Testing
import WeightFiles

/// Files of weights that are cut off anywhere or have bytes flipped.
///
/// Each ends in an error or in a load, never in a crash, a hang or a great allocation.
@Suite struct DamagedFilesTests {
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

  @Test(arguments: ["damage/old.h5", "damage/new.h5", "damage/tiny.weights.h5", "tiny_weights.h5"])
  func everyDamageToAnHDF5FileEndsInAnErrorOrALoad(name: String) throws {
    let bytes = try Self.contents(name)
    let isSmall = bytes.count < 4096
    let mutants =
      Damage.cuts(of: bytes, step: isSmall ? 1 : 16)
      + Damage.flips(of: bytes, count: isSmall ? Damage.flips : 100)
      + (isSmall ? Damage.lengths(of: bytes, step: 4) : [])
    // All of them one after another in one file: the worker is told where each begins and ends.
    var all: [UInt8] = []
    var ranges: [Range<Int>] = []
    for mutant in mutants {
      // Aligned as a file of its own would be.
      while all.count % 64 != 0 { all.append(0) }
      ranges.append(all.count..<(all.count + mutant.count))
      all += mutant
    }
    let scratch = ScratchFile(name)
    defer { scratch.remove() }
    let file = try MappedFile(scratch.holding(all))
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
    let scratch = ScratchFile("worker.h5")
    defer { scratch.remove() }
    for mutant in Damage.cuts(of: bytes, step: 2000) + Damage.flips(of: bytes, count: 20) {
      let path = scratch.holding(mutant)
      Self.load { try WeightFile(contentsOf: path, isolation: .worker(executable: workerExecutable)) }
    }
  }

  /// The header of a safetensors or `.npy` file is text: its numbers are replaced, its own length kept right.
  static func headers(of bytes: [UInt8]) -> [[UInt8]] {
    if bytes.starts(with: [0x93]) {
      let end = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
      return Damage.numbers(in: Array(bytes[10..<end])).map { header in
        bytes[..<8] + [UInt8(header.count & 255), UInt8(header.count >> 8)] + header + bytes[end...]
      }
    }
    let end = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    return Damage.numbers(in: Array(bytes[8..<end])).map { header in
      [UInt8(header.count & 255), UInt8(header.count >> 8)] + bytes[2..<8] + header + bytes[end...]
    }
  }

  @Test(arguments: [
    "small.safetensors", "stored.npz", "deflated.npz", "torch/tiny.pth", "torch/tiny_legacy.pth",
    "tiny_kernel.npy", "torch/layers.npy", "torch/layers_protocol2.npy", "damage/tiny.keras",
    "damage/tiny.caffemodel", "damage/old.caffemodel", "damage/v0.caffemodel", "damage/tiny.prototxt",
    "damage/mean.binaryproto", "damage/tiny.onnx",
  ])
  func everyDamageToTheOtherFormatsEndsInAnErrorOrALoad(name: String) throws {
    let bytes = try Self.contents(name)
    var mutants = Damage.cuts(of: bytes) + Damage.flips(of: bytes)
    switch name.split(separator: ".").last {
    case "caffemodel", "binaryproto", "onnx": mutants += Damage.lengths(of: bytes) + Damage.varints(of: bytes)
    case "prototxt": mutants += Damage.numbers(in: bytes)
    case "safetensors": mutants += Damage.lengths(of: bytes) + Self.headers(of: bytes)
    case "npy" where name.hasPrefix("tiny"):
      mutants += Damage.lengths(of: bytes, sizes: [2, 4, 8]) + Self.headers(of: bytes)
    default: mutants += Damage.lengths(of: bytes, sizes: [2, 4, 8])
    }
    let sound = try WeightFile(contentsOf: fixtures + name)
    for entry in sound.entries { #expect(try sound.tensor(named: entry.name).shape == entry.shape) }
    let scratch = ScratchFile(name)
    defer { scratch.remove() }
    for mutant in mutants {
      let path = scratch.holding(mutant)
      Self.load { try WeightFile(contentsOf: path) }
    }
  }

  /// Forms that were given up: what they are, and what to do.
  @Test func formatsThatAreNotReadSayWhatToDo() throws {
    let member = Array("storages".utf8) + Array(repeating: 0, count: 249) + Array("ustar".utf8)
    let scratch = ScratchFile("old.pth")
    defer { scratch.remove() }
    let tar = scratch.holding(member + Array(repeating: 0, count: 10_000))
    let cases = [
      (tar, "save it again"),
      (FilePath(fixtures + "damage/npz_weights.keras"), "model.weights.npz is not read; save it again"),
    ]
    for (path, words) in cases {
      let error = #expect(throws: WeightFileError.self) { try WeightFile(contentsOf: path) }
      #expect(error.map { "\($0)" }?.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
    }
  }
}
