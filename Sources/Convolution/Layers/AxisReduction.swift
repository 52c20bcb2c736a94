package import TensorCore

/// What is made of all values along some axes.
public enum ReductionKind: String, Sendable, Hashable {
  case mean, sum, minimum, maximum
  /// Where along its one axis the greatest value stands first, counted from 0 (numpy's `argmax`).
  case maximumPlace
}

/// Which values of an array go into which: axes that are reduced count nothing.
package struct AxisReduction: Sendable {
  private let shape: Shape
  /// How far apart results lie along each axis, 0 along those that are reduced.
  private let strides: [Int]
  /// The results, and the values that go into each.
  package let results: Int
  package let share: Int

  /// Over `axes` of `shape`, none of them the first, which holds the samples.
  package init(_ axes: [Int], of shape: Shape) {
    self.shape = shape
    let kept = Shape((0..<shape.rank).map { axes.contains($0) ? 1 : shape[$0] })
    strides = (0..<shape.rank).map { axes.contains($0) ? 0 : kept.strides[$0] }
    results = kept.count
    share = axes.reduce(1) { $0 * shape[$1] }
  }

  /// Calls `body` for every row of `count` values (along the last axis) of the samples in `samples`, with the place of its
  /// first value, that of its result, and how far apart the results of neighbours lie: 1, or 0 where they are one.
  package func eachRow(
    ofSamples samples: Range<Int>, _ body: (_ row: Int, _ result: Int, _ step: Int) -> Void
  ) {
    let channels = shape[-1]
    let rows = channels == 0 || shape[0] == 0 ? 0 : shape.count / channels / shape[0]
    for row in samples.lowerBound * rows..<samples.upperBound * rows {
      var (rest, result) = (row, 0)
      for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
        result += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      body(row * channels, result, strides[shape.rank - 1])
    }
  }

  /// The sum over each result's values of `term(value, result)`, for one sample, in double precision.
  fileprivate func sums(
    _ sample: Int, _ input: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Double>,
    _ term: (Float, Int) -> Double
  ) {
    eachRow(ofSamples: sample..<sample + 1) { row, result, step in
      for c in 0..<shape[-1] { sums[result + c * step] += term(input[row + c], result + c * step) }
    }
  }
}

/// All values along some axes made one.
package func reduceAxes(
  _ kind: ReductionKind, _ axes: [Int], input: UnsafePointer<Float>, _ shape: Shape,
  output: UnsafeMutablePointer<Float>
) {
  let reduction = AxisReduction(axes, of: shape)
  let each = shape[0] == 0 ? 0 : reduction.results / shape[0]
  parallelFor(shape[0]) { samples in
    let start = samples.lowerBound * each
    switch kind {
    case .mean, .sum:
      var sums = [Double](repeating: 0, count: reduction.results)
      sums.withUnsafeMutableBufferPointer { sums in
        guard let base = sums.baseAddress else { return }
        for sample in samples { reduction.sums(sample, input, into: base) { value, _ in Double(value) } }
      }
      let divisor = kind == .mean ? Double(reduction.share) : 1
      for place in start..<samples.upperBound * each { output[place] = Float(sums[place] / divisor) }
    case .minimum, .maximum:
      let first: Float = kind == .minimum ? .infinity : -.infinity
      (output + start).update(repeating: first, count: samples.count * each)
      reduction.eachRow(ofSamples: samples) { row, result, step in
        for c in 0..<shape[-1] {
          let (value, place) = (input[row + c], result + c * step)
          // NaN stays, as in numpy.
          let replaces = kind == .minimum ? !(value >= output[place]) : !(value <= output[place])
          if replaces, !output[place].isNaN { output[place] = value }
        }
      }
    case .maximumPlace:
      let (length, step) = (shape[axes[0]], shape.strides[axes[0]])
      for result in start..<samples.upperBound * each {
        let first = input + result / step * length * step + result % step
        var best = 0
        for place in 1..<max(1, length) where first[place * step] > first[best * step] { best = place }
        output[result] = Float(best)
      }
    }
  }
}

/// `(x - mean) / sqrt(variance + epsilon)`, mean and variance over `axes` of each sample.
package func standardiseAxes(
  _ axes: [Int], epsilon: Float, input: UnsafePointer<Float>, _ shape: Shape,
  output: UnsafeMutablePointer<Float>
) {
  let reduction = AxisReduction(axes, of: shape)
  guard reduction.share > 0 else { return }
  parallelFor(shape[0]) { samples in
    var means = [Double](repeating: 0, count: reduction.results)
    var squares = means
    means.withUnsafeMutableBufferPointer { means in
      squares.withUnsafeMutableBufferPointer { squares in
        guard let mean = means.baseAddress, let square = squares.baseAddress else { return }
        for sample in samples { reduction.sums(sample, input, into: mean) { value, _ in Double(value) } }
        for place in means.indices { mean[place] /= Double(reduction.share) }
        for sample in samples {
          reduction.sums(sample, input, into: square) { value, place in
            let distance = Double(value) - mean[place]
            return distance * distance
          }
        }
        for place in squares.indices {
          square[place] = 1 / (square[place] / Double(reduction.share) + Double(epsilon)).squareRoot()
        }
        reduction.eachRow(ofSamples: samples) { row, result, step in
          for c in 0..<shape[-1] {
            let place = result + c * step
            output[row + c] = Float((Double(input[row + c]) - mean[place]) * square[place])
          }
        }
      }
    }
  }
}

/// The values that go into each result, in the order of the results, as the definition reads.
private func groups(_ axes: [Int], _ x: Tensor) -> (places: [[Int]], shape: Shape) {
  let kept = Shape((0..<x.shape.rank).map { axes.contains($0) ? 1 : x.shape[$0] })
  var places = [[Int]](repeating: [], count: kept.count)
  for index in 0..<x.shape.count {
    let result = (0..<x.shape.rank).reduce(0) { sum, axis in
      axes.contains(axis) ? sum : sum + index / x.shape.strides[axis] % x.shape[axis] * kept.strides[axis]
    }
    places[result].append(index)
  }
  return (places, kept)
}

/// Reduction as its definition reads, reduced axes kept with extent 1.
package func referenceReduction(_ kind: ReductionKind, _ axes: [Int], _ x: Tensor) -> Tensor {
  let (groups, shape) = groups(axes, x)
  let scalars = x.scalars
  return Tensor(
    groups.map { places in
      let values = places.map { Double(scalars[$0]) }
      return switch kind {
      case .sum: Float(values.reduce(0, +))
      case .mean: Float(values.reduce(0, +) / Double(values.count))
      case .minimum: Float(values.min() ?? .infinity)
      case .maximum: Float(values.max() ?? -.infinity)
      case .maximumPlace: Float(values.firstIndex(of: values.max() ?? 0) ?? 0)
      }
    }, shape: shape)
}

/// Standardisation as its definition reads.
package func referenceStandardisation(_ axes: [Int], epsilon: Float, _ x: Tensor) -> Tensor {
  var values = x.scalars
  for places in groups(axes, x).places {
    let mean = places.reduce(0.0) { $0 + Double(values[$1]) } / Double(places.count)
    let variance = places.reduce(0.0) { $0 + (Double(values[$1]) - mean) * (Double(values[$1]) - mean) }
    let deviation = (variance / Double(places.count) + Double(epsilon)).squareRoot()
    for place in places { values[place] = Float((Double(values[place]) - mean) / deviation) }
  }
  return Tensor(values, shape: x.shape)
}
