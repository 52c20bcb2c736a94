package import TensorCore

/// Rows and columns of a picture as weighted sums of those of another: a resizing, a bilinear up-sampling, averages over
/// windows, a border that repeats.
///
/// ```swift
/// let taps = SeparableTaps(upSamplingBy: 2, height: 7, width: 7)      // bilinear, 7x7 to 14x14
/// taps.apply(batch: 1, channels: 64, input: x, output: y)
/// taps.transposed.apply(batch: 1, channels: 64, input: dy, output: dx)  // its gradient
/// ```
///
/// It is a linear map, a convolution whose kernel depends on the place, so its gradient is the same map with the parts of
/// inputs and outputs exchanged.
package struct SeparableTaps: Sendable {
  /// An input row or column and its weight.
  package struct Tap: Sendable {
    let index: Int
    let share: Float
  }

  /// For each output row what it is made of, and how many rows the input has; likewise the columns.
  let rows: [[Tap]]
  let columns: [[Tap]]
  let inputRows: Int
  let inputColumns: Int

  /// Bilinear interpolation between pixel centres, border pixels held, as ``upsampleBilinear(batch:height:width:channels:factor:input:output:)``.
  package init(upSamplingBy factor: Extent, height: Int, width: Int) {
    func taps(_ factor: Int, _ extent: Int) -> [[Tap]] {
      (0..<extent * factor).map { place in
        let around = Neighbours(of: place, factor: factor, extent: extent)
        return [
          Tap(index: around.first, share: 1 - around.share), Tap(index: around.second, share: around.share),
        ]
      }
    }
    self.init(taps(factor.height, height), taps(factor.width, width), height, width)
  }

  /// The averages over `size` nearly equal windows, as ``poolAdaptiveAverage(batch:height:width:channels:to:input:output:)``.
  package init(averagingTo size: Extent, height: Int, width: Int) {
    func taps(_ count: Int, _ extent: Int) -> [[Tap]] {
      (0..<count).map { index in
        let window = adaptiveWindow(index, of: count, over: extent)
        return window.map { Tap(index: $0, share: 1 / Float(window.count)) }
      }
    }
    self.init(taps(size.height, height), taps(size.width, width), height, width)
  }

  /// `nil` when nothing is left of the picture.
  package init?(_ resizing: Resizing, for input: Shape) {
    guard let (rows, columns) = resizing.axes(for: input) else { return nil }
    func taps(_ axis: ResizedAxis) -> [[Tap]] {
      (0..<axis.output).map { resizing.taps(axis, at: $0).map { Tap(index: $0.index, share: $0.share) } }
    }
    self.init(taps(rows), taps(columns), rows.input, columns.input)
  }

  /// The picture with margins that a boundary supplies; those of a constant are 0 here.
  package init(_ margins: Margins, _ boundary: Boundary, height: Int, width: Int) {
    func taps(_ before: Int, _ extent: Int, _ after: Int) -> [[Tap]] {
      (0..<before + extent + after).map { place in
        boundary.source(of: place - before, count: extent).map { [Tap(index: $0, share: 1)] } ?? []
      }
    }
    self.init(
      taps(margins.top, height, margins.bottom), taps(margins.left, width, margins.right), height, width)
  }

  private init(_ rows: [[Tap]], _ columns: [[Tap]], _ inputRows: Int, _ inputColumns: Int) {
    self.rows = rows.map { $0.filter { $0.share != 0 } }
    self.columns = columns.map { $0.filter { $0.share != 0 } }
    (self.inputRows, self.inputColumns) = (inputRows, inputColumns)
  }

  /// The map's gradient: from each input row and column to the outputs it goes into.
  package var transposed: SeparableTaps {
    func turned(_ taps: [[Tap]], _ count: Int) -> [[Tap]] {
      var result = [[Tap]](repeating: [], count: count)
      for (place, own) in taps.enumerated() {
        for tap in own { result[tap.index].append(Tap(index: place, share: tap.share)) }
      }
      return result
    }
    return SeparableTaps(turned(rows, inputRows), turned(columns, inputColumns), rows.count, columns.count)
  }

  /// Computes `batch` pictures of `channels`, NHWC.
  package func apply(
    batch: Int, channels: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    parallelFor(batch * rows.count, grain: 4) { range in
      for line in range {
        let source = input + line / rows.count * inputRows * inputColumns * channels
        for (place, taps) in columns.enumerated() {
          let target = output + (line * columns.count + place) * channels
          target.update(repeating: 0, count: channels)
          for row in rows[line % rows.count] {
            for column in taps {
              let share = row.share * column.share
              let pixel = source + (row.index * inputColumns + column.index) * channels
              for c in 0..<channels { target[c] += share * pixel[c] }
            }
          }
        }
      }
    }
  }
}
