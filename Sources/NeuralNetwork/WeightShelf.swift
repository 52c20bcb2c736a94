import TensorCore

extension [Step] {
  /// Moves the packed weights of small convolutions into one block of memory, in the order they are read.
  ///
  /// Each alone is too small for large pages; of small ones a pass over all of them looks up thousands.
  mutating func shelveWeights() {
    let page = TensorStorage.largePage
    let floats = MemoryLayout<Float>.stride
    // Whole cache lines.
    func room(for bytes: Int) -> Int { (bytes / floats + 15) / 16 * 16 }
    let small = indices.filter { index in
      guard case .prepared(let convolution) = self[index].computation else { return false }
      return convolution.isPacked && convolution.packedBytes < 2 * page
    }
    let count = small.reduce(0) { $0 + room(for: self[$1].packedBytes) }
    guard count * floats >= page else { return }
    let shelf = TensorStorage(uninitialized: TensorStorage.wholeLargePages(count))
    var place = 0
    for index in small {
      guard case .prepared(let convolution) = self[index].computation else { continue }
      self[index].computation = .prepared(convolution.movingWeights(to: shelf, at: place))
      place += room(for: convolution.packedBytes)
    }
  }
}

extension Step {
  fileprivate var packedBytes: Int {
    if case .prepared(let convolution) = computation { convolution.packedBytes } else { 0 }
  }
}
