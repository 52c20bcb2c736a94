/// What lies left and right of a picture's rows, and above and below it, worked out once for a whole filter run.
struct PlaneBorder: Sendable {
  let frame: SlideFrame
  let boundary: Boundary
  /// For each column that the kernel reads, from `-left` on: the picture's column that stands there, or -1 for the
  /// constant.
  let columns: [Int]
  /// The value of ``Boundary/constant(_:)``, else 0.
  let constant: Float

  init(frame: SlideFrame, boundary: Boundary) {
    self.frame = frame
    self.boundary = boundary
    columns = (0..<frame.output.width + frame.kernel.width - 1).map {
      boundary.source(of: $0 - frame.left, count: frame.input.width) ?? -1
    }
    if case .constant(let value) = boundary { constant = value } else { constant = 0 }
  }

  /// Lends a row of the constant, as long as an input row.
  func withConstantRow(_ body: (UnsafePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: frame.inputStride) { row in
      row.initialize(repeating: constant)
      guard let row = row.baseAddress else { return }
      body(UnsafePointer(row))
    }
  }

  /// The output columns whose kernels lie wholly inside the picture; the columns before and after need the border.
  ///
  /// The two outer parts are never narrower than a vector where they are there at all, so that they too run fast.
  var inner: Range<Int> {
    let narrowest = max(1, 16 / frame.channels)
    let (input, output, kernel) = (frame.input.width, frame.output.width, frame.kernel.width)
    let before = frame.left == 0 ? 0 : max(frame.left, narrowest)
    let firstBeyond = input - kernel + frame.left + 1
    let after = firstBeyond >= output ? output : min(firstBeyond, output - narrowest)
    return before < after ? before..<after : 0..<0
  }

  /// The row of the picture that stands at `row`, counted from the first that the kernel reads.
  func row(_ row: Int, of picture: UnsafePointer<Float>, constantRow: UnsafePointer<Float>) -> UnsafePointer<
    Float
  > {
    boundary.source(of: row - frame.top, count: frame.input.height).map { picture + $0 * frame.inputStride }
      ?? constantRow
  }

  /// Whether the columns `range`, counted from `-left`, are the picture's own.
  func isInside(_ range: Range<Int>) -> Bool {
    range.lowerBound >= frame.left && range.upperBound <= frame.left + frame.input.width
  }

  /// Copies the columns `range` of the bordered row to `target`: `range` counts from column `-left` of the picture.
  ///
  /// - Parameter constant: what the constant has become, when `row` is no longer the picture's own.
  func copy(
    _ range: Range<Int>, of row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
    constant: Float? = nil
  ) {
    let channels = frame.channels
    let constant = constant ?? self.constant
    let own = range.clamped(to: frame.left..<frame.left + frame.input.width)
    if !own.isEmpty {
      (target + (own.lowerBound - range.lowerBound) * channels).update(
        from: row + (own.lowerBound - frame.left) * channels, count: own.count * channels)
    }
    let end = own.isEmpty ? range.upperBound : own.lowerBound
    gather(range.lowerBound..<end, from: row, to: target, constant)
    if !own.isEmpty {
      gather(
        own.upperBound..<range.upperBound, from: row,
        to: target + (own.upperBound - range.lowerBound) * channels, constant)
    }
  }

  /// Copies columns of the border, one after another: most of a small picture's time under a large kernel, if it is done
  /// with care for how many channels there are in each of them.
  private func gather(
    _ range: Range<Int>, from row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
    _ constant: Float
  ) {
    guard !range.isEmpty else { return }
    let channels = frame.channels
    columns.withUnsafeBufferPointer { columns in
      guard let sources = columns.baseAddress.map({ $0 + range.lowerBound }) else { return }
      if channels == 1 {
        for index in 0..<range.count {
          let source = sources[index]
          target[index] = source < 0 ? constant : row[source]
        }
        return
      }
      for index in 0..<range.count {
        let source = sources[index]
        let place = target + index * channels
        for channel in 0..<channels {
          place[channel] = source < 0 ? constant : row[source * channels + channel]
        }
      }
    }
  }

  /// Copies one channel of the columns `range` of the bordered row.
  func copy(
    _ range: Range<Int>, channel: Int, of row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    guard frame.channels > 1 else { return copy(range, of: row, to: target) }
    columns.withUnsafeBufferPointer { columns in
      for column in range {
        let source = columns[column]
        target[column - range.lowerBound] = source < 0 ? constant : row[source * frame.channels + channel]
      }
    }
  }
}
