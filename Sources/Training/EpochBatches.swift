import Dispatch
import Synchronization
import TensorCore

/// The pictures of an epoch in batches: all of them once, in an order that the training's seed and the epoch's number fix.
struct EpochBatches {
  /// For what else is drawn at random in the epoch.
  let seed: UInt64
  let batches: [[Int]]

  /// `epoch` counts from 1; the last batch holds what is left.
  init(_ pictures: Int, batchSize: Int, epoch: Int, seed: UInt64) {
    self.seed = seed &+ UInt64(epoch) &* 0xBF58_476D_1CE4_E5B9
    var generator = SeededGenerator(seed: self.seed)
    let order = Array(0..<pictures).shuffled(using: &generator)
    batches = stride(from: 0, to: pictures, by: batchSize).map {
      Array(order[$0..<min(pictures, $0 + batchSize)])
    }
  }

  /// Hands every batch to `body` with what `prepare` makes of it and of the place of its first picture; the next is prepared
  /// on another core meanwhile.
  func forEach<Value: Sendable>(
    prepare: @escaping @Sendable (_ batch: [Int], _ first: Int) -> Value,
    _ body: (_ batch: [Int], _ prepared: Value) throws -> Void
  ) rethrows {
    var first = 0
    func prepared(_ batch: [Int]) -> Ahead<Value> {
      defer { first += batch.count }
      let place = first
      return Ahead { prepare(batch, place) }
    }
    var next = batches.first.map(prepared)
    for (index, batch) in batches.enumerated() {
      guard let value = next?.take() else { break }
      next = index + 1 < batches.count ? prepared(batches[index + 1]) : nil
      try body(batch, value)
    }
  }
}

/// A value made on another core while this one goes on.
final class Ahead<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isReady = DispatchSemaphore(value: 0)

  init(_ make: @escaping @Sendable () -> Value) {
    DispatchQueue.global().async {
      let made = make()
      self.value.withLock { $0 = made }
      self.isReady.signal()
    }
  }

  /// Waits for the value; to be asked once.
  func take() -> Value? {
    isReady.wait()
    return value.withLock { $0 }
  }
}
