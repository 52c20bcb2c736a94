import Convolution
import NeuralNetwork
import TensorCore

extension TrainingPass {
  /// Hands the gradient of values combined element by element on to them; where one was repeated, that of its copies is added up.
  ///
  /// Equal extremes share theirs evenly, as in PyTorch.
  func backwardElementwise(
    _ kind: Elementwise, _ node: TrainingNode, _ index: Int, _ dy: UnsafePointer<Float>
  ) {
    let count = node.shape.count
    let repeated = node.inputs.map { input -> TensorStorage? in
      guard nodes[input].shape != node.shape else { return nil }
      let whole = TensorStorage(uninitialized: count)
      combine(
        .add, [(UnsafePointer(value(input)), nodes[input].shape)], into: whole.base, node.shape,
        grain: max(1, 16_384 / max(1, node.channels)))
      return whole
    }
    // The terms are bare pointers: what holds the repeated ones has to outlive them.
    withExtendedLifetime(repeated) {
      let terms = zip(node.inputs, repeated).map { UnsafePointer($1?.base ?? value($0)) }
      let y = UnsafePointer(value(index))
      for (place, input) in node.inputs.enumerated() {
        let shape = nodes[input].shape
        func differentiate(_ dx: UnsafeMutablePointer<Float>) {
          eachRun(of: count) { kind.gradient(of: place, terms, y, dy, $0, to: dx) }
        }
        deliver(to: input) { dx in
          guard shape != node.shape else { return differentiate(dx) }
          let whole = TensorStorage(uninitialized: count)
          differentiate(whole.base)
          let axes = (1..<shape.rank).filter { shape[$0] != node.shape[$0] }
          withExtendedLifetime(whole) {
            reduceAxes(.sum, axes, input: whole.base, node.shape, output: dx)
          }
        }
      }
    }
  }
}

extension Elementwise {
  /// The gradient of the term at `place` for the values in `range`; `y` is what was made of all terms.
  fileprivate func gradient(
    of place: Int, _ terms: [UnsafePointer<Float>], _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    _ range: Range<Int>, to dx: UnsafeMutablePointer<Float>
  ) {
    let own = terms[place]
    switch self {
    case .add: for i in range { dx[i] = dy[i] }
    case .subtract: for i in range { dx[i] = place == 0 ? dy[i] : -dy[i] }
    case .average:
      let share = 1 / Float(terms.count)
      for i in range { dx[i] = dy[i] * share }
    case .multiply:
      for i in range {
        var product = dy[i]
        for (index, term) in terms.enumerated() where index != place { product *= term[i] }
        dx[i] = product
      }
    case .divide:
      for i in range {
        var quotient = dy[i]
        if place > 0 {
          quotient *= -y[i] / own[i]
        } else {
          for term in terms.dropFirst() { quotient /= term[i] }
        }
        dx[i] = quotient
      }
    case .minimum, .maximum:
      for i in range {
        var equals: Float = 0
        for term in terms where term[i] == y[i] { equals += 1 }
        dx[i] = own[i] == y[i] ? dy[i] / equals : 0
      }
    }
  }
}
