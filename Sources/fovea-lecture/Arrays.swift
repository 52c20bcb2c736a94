import Fovea

extension Tensor {
  /// A matrix from its rows.
  init(rows: [[Double]]) {
    self.init(rows.joined().map { Float($0) }, shape: [rows.count, rows.first?.count ?? 0])
  }

  /// The rows of `[H, W]`, or of one channel of `[H, W, C]` or `[1, H, W, C]`.
  func rows(channel: Int = 0) -> [[Double]] {
    let shape = shape.rank == 4 ? Shape(Array(shape.dimensions.dropFirst())) : shape
    let channels = shape.rank == 3 ? shape[2] : 1
    let scalars = scalars
    return (0..<shape[0]).map { row in
      (0..<shape[1]).map { Double(scalars[(row * shape[1] + $0) * channels + channel]) }
    }
  }

  var rows: [[Double]] { rows() }

  /// Of a picture `[H, W, C]` the square of `side` pixels whose upper left one is at `row` and `column`.
  func square(_ side: Int, row: Int, column: Int) -> Tensor {
    let (columns, channels) = (shape[1], shape[2])
    return Tensor(shape: [side, side, channels]) { target in
      withUnsafeScalars { source in
        for line in 0..<side {
          let start = ((row + line) * columns + column) * channels
          for place in 0..<side * channels { target[line * side * channels + place] = source[start + place] }
        }
      }
    }
  }
}

extension Kernel {
  /// The taps row by row.
  var matrix: [[Double]] {
    let taps = taps.map(Double.init)
    return (0..<rows).map { Array(taps[$0 * columns..<($0 + 1) * columns]) }
  }
}

/// The mean of some numbers.
func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

/// How far they lie from their mean, as the root of the mean square.
func deviation(_ values: some Collection<Double>) -> Double {
  let middle = mean(values)
  return mean(values.map { ($0 - middle) * ($0 - middle) }).squareRoot()
}
