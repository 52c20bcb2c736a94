internal import CKernels
internal import TensorCore

/// A convolution in training, sample by sample, together with the relu and the max-pooling that follow it.
///
/// One sample's planes stay in the cache from the products to the pooling and, backwards, from the pooling's gradient to
/// that of the kernel: what the convolution itself says is never kept. A kernel row of neighbouring pixels is one run of
/// `kernel width * channels` numbers, so nothing is gathered (no im2col).
///
/// ```swift
/// let layer = SampleConvolution(geometry, rectifies: true, pooling: pooling)
/// layer.apply(input: x, kernel: w, bias: b, output: y, positions: places)
/// ```
package struct SampleConvolution: Sendable {
  package let geometry: ConvolutionGeometry
  /// Whether a relu follows.
  package let rectifies: Bool
  /// The max-pooling that follows, if any: its windows are disjoint and lie inside.
  package let pooling: PoolingGeometry?
  let kernels: LayerKernels

  /// `nil` for what other methods compute: several groups, dilation, strides above 2, pooling windows that overlap.
  package init?(
    _ geometry: ConvolutionGeometry, rectifies: Bool = false, pooling: PoolingGeometry? = nil,
    on kernels: LayerKernels = .best
  ) {
    let axes = [geometry.rows, geometry.columns]
    let isSuited = axes.allSatisfy { axis in
      axis.dilation == 1 && axis.stride <= 2 && axis.before < axis.kernel && axis.before >= 0
        && (axis.output - 1) * axis.stride < axis.input + axis.before
    }
    guard geometry.groups == 1, isSuited else { return nil }
    if let pooling {
      let areDisjoint = [pooling.rows, pooling.columns].allSatisfy { axis in
        axis.before == 0 && axis.dilation == 1 && axis.stride == axis.kernel
          && axis.output * axis.kernel <= axis.input
      }
      guard areDisjoint else { return nil }
    }
    self.geometry = geometry
    self.rectifies = rectifies
    self.pooling = pooling
    self.kernels = kernels
  }

  /// Floats of one sample's input.
  var inputCount: Int { geometry.rows.input * geometry.columns.input * geometry.inputChannels }

  /// Floats of one sample's output, after the pooling.
  var outputCount: Int {
    let pixels =
      pooling.map { $0.rows.output * $0.columns.output } ?? geometry.rows.output * geometry.columns.output
    return pixels * geometry.outputChannels
  }

  /// The input with its padding, as large as the windows reach.
  var paddedInput: MarginedPlane {
    func extent(_ axis: WindowAxis) -> Int { (axis.output - 1) * axis.stride + axis.kernel }
    return MarginedPlane(
      height: extent(geometry.rows), width: extent(geometry.columns), channels: geometry.inputChannels,
      top: geometry.rows.before, left: geometry.columns.before, contentHeight: geometry.rows.input,
      contentWidth: geometry.columns.input)
  }
}

/// The plane of one sample inside margins of zeros, with zeros between its pixels where `step` is above 1.
struct MarginedPlane {
  let height: Int
  let width: Int
  let channels: Int
  let top: Int
  let left: Int
  /// The extents of what lies inside; what would stick out at the bottom or right is left off.
  let contentHeight: Int
  let contentWidth: Int
  /// From one pixel to the next, down and across.
  var step = (rows: 1, columns: 1)

  /// Floats from one row to the next.
  var line: Int { width * channels }
  var count: Int { height * line }

  /// Whether the plane as it lies in memory will do.
  var isWhole: Bool {
    top == 0 && left == 0 && step == (1, 1) && width == contentWidth && height <= contentHeight
  }

  /// Where pixel (`row`, `column`) of the content goes.
  func place(_ row: Int, _ column: Int) -> Int {
    (top + row * step.rows) * line + (left + column * step.columns) * channels
  }

  /// The rows and columns of the content that the plane has room for.
  var rows: Int { min(contentHeight, (height - top + step.rows - 1) / step.rows) }
  var columns: Int { min(contentWidth, (width - left + step.columns - 1) / step.columns) }

  /// Hands every run of neighbouring values to `body`: its place in the content and here, and its length.
  func forEachRun(_ body: (_ source: Int, _ target: Int, _ count: Int) -> Void) {
    for row in 0..<rows {
      if step.columns == 1 {
        body(row * contentWidth * channels, place(row, 0), columns * channels)
      } else {
        for column in 0..<columns {
          body((row * contentWidth + column) * channels, place(row, column), channels)
        }
      }
    }
  }
}

/// Output pixels in strips of whole rows, few enough for the cache, with the addresses of their windows' rows.
struct Strips {
  let rows: Int
  let width: Int
  private let height: Int

  /// About `pixels` of `height` rows of `width` pixels, in multiples of `unit` rows.
  init(height: Int, width: Int, unit: Int = 1, pixels: Int = 256) {
    rows = min((height + unit - 1) / unit, max(1, pixels / max(1, width * unit))) * unit
    self.width = width
    self.height = height
  }

  var pixels: Int { rows * width }

  /// Calls `body` with the rows of every strip.
  func forEach(_ body: (Range<Int>) -> Void) {
    for first in stride(from: 0, to: height, by: rows) { body(first..<min(height, first + rows)) }
  }

  /// Lends the addresses `[kernel row][pixel]` of the first strip's windows over a plane that starts at `base`.
  func withAddresses(
    of base: UnsafePointer<Float>, line: Int, pixel: Int, stride: Int, kernelRows: Int,
    _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: kernelRows * pixels) { table in
      guard let table = table.baseAddress else { return }
      for ky in 0..<kernelRows {
        for row in 0..<rows {
          let first = base + (row * stride + ky) * line
          let target = table + ky * pixels + row * width
          for column in 0..<width { target[column] = first + column * pixel }
        }
      }
      body(table)
    }
  }
}
