package import SystemPackage
package import TensorCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A training as it stands between two epochs: enough to go on as if nothing had happened, bit for bit.
///
/// The file: `FOVEACP1`, then little-endian 64-bit counts (settings, history, steps, weights, slots), then the settings and the
/// history as text, the weights and the optimiser's slots as 32-bit floats.
package struct Checkpoint: Sendable, Equatable {
  /// What the training follows, in words; a training with others cannot go on from here.
  package var settings: String
  package var history: [EpochRecord]
  package var steps: Int
  package var values: [Float]
  package var slots: [Float]

  private static let magic = Array("FOVEACP1".utf8)

  /// Writes it whole or not at all.
  package func write(to path: FilePath) throws(TensorFileError) {
    let texts = [Array(settings.utf8), Array(TrainingHistory.csv(history).utf8)]
    var bytes = Checkpoint.magic
    for count in [texts[0].count, texts[1].count, steps, values.count, slots.count] {
      withUnsafeBytes(of: UInt64(count).littleEndian) { bytes += $0 }
    }
    for text in texts { bytes += text }
    for floats in [values, slots] { floats.withUnsafeBytes { bytes += $0 } }
    try writeWhole(to: path) { (write) throws(TensorFileError) in
      try bytes.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
        try write(UnsafeRawBufferPointer(bytes))
      }
    }
  }

  package init(settings: String, history: [EpochRecord], steps: Int, values: [Float], slots: [Float]) {
    self.settings = settings
    self.history = history
    self.steps = steps
    self.values = values
    self.slots = slots
  }

  /// Reads it; throws ``TrainingError/badCheckpoint(file:reason:)``.
  package init(contentsOf path: FilePath) throws(TrainingError) {
    func bad(_ reason: String) -> TrainingError { .badCheckpoint(file: path.string, reason: reason) }
    let bytes: [UInt8]
    do { bytes = try Array(Data(contentsOf: URL(filePath: path.string))) } catch {
      throw bad("cannot be read")
    }
    let head = Checkpoint.magic.count + 40
    guard bytes.count >= head, bytes.starts(with: Checkpoint.magic) else { throw bad("not a checkpoint") }
    let counts = (0..<5).map { index in
      (0..<8).reduce(UInt64(0)) {
        $0 | UInt64(bytes[Checkpoint.magic.count + index * 8 + $1]) << UInt64($1 * 8)
      }
    }
    let limit = UInt64(bytes.count)
    guard [0, 1, 3, 4].allSatisfy({ counts[$0] <= limit }), counts[2] < 1 << 60 else {
      throw bad("its header announces more than it holds")
    }
    let sizes = [Int(counts[0]), Int(counts[1]), Int(counts[3]) * 4, Int(counts[4]) * 4]
    guard sizes.reduce(head, +) == bytes.count else {
      throw bad("expected \(sizes.reduce(head, +)) bytes, found \(bytes.count)")
    }
    var place = head
    func next(_ size: Int) -> ArraySlice<UInt8> {
      defer { place += size }
      return bytes[place..<place + size]
    }
    func floats(_ slice: ArraySlice<UInt8>) -> [Float] {
      [Float](unsafeUninitializedCapacity: slice.count / 4) { target, count in
        UnsafeMutableRawBufferPointer(target).copyBytes(from: slice)
        count = slice.count / 4
      }
    }
    settings = String(decoding: next(sizes[0]), as: UTF8.self)
    guard let records = TrainingHistory.records(csv: String(decoding: next(sizes[1]), as: UTF8.self)) else {
      throw bad("its history is damaged")
    }
    history = records
    steps = Int(counts[2])
    values = floats(next(sizes[2]))
    slots = floats(next(sizes[3]))
  }
}
