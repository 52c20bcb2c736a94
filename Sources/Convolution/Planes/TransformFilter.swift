import CKernels
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A kernel transformed, ready to filter tiles.
struct TransformFilter: Sendable {
  /// The input of a tile; its output is smaller by the kernel's height and width less one.
  let tile: Extent
  private let kernel: Extent
  private let heightTwiddles: [Float]
  private let widthTwiddles: [Float]
  /// A tensor for its alignment.
  private let spectrum: Tensor
  private let sumOfTaps: Float

  /// - Parameters:
  ///   - taps: row-major, as they are slid.
  ///   - tile: of ``TransformTile``, at least as large as the kernel.
  init(taps: [Float], kernel: Extent, tile: Extent) {
    self.tile = tile
    self.kernel = kernel
    heightTwiddles = Self.twiddles(tile.height)
    widthTwiddles = tile.width == tile.height ? heightTwiddles : Self.twiddles(tile.width)
    sumOfTaps = Float(taps.reduce(0) { $0 + Double($1) })
    let (height, width) = (heightTwiddles, widthTwiddles)
    spectrum = Tensor(shape: [tile.height, tile.width, 2]) { spectrum in
      taps.withUnsafeBufferPointer { taps in
        guard let taps = taps.baseAddress, let spectrum = spectrum.baseAddress else { return }
        withScratch(of: UnsafePointer<Float>.self, kernel.height) { rows in
          for row in 0..<kernel.height { (rows + row).initialize(to: taps + row * kernel.width) }
          var input = fovea_tile(
            rows: rows, first: 0, input_rows: kernel.height, input_columns: kernel.width, output: nil,
            output_stride: 0, output_step: 0, output_rows: 0, output_columns: 0, offset: 0)
          Self.withPlan(tile, height, width) { plan in
            Self.withScratchMemory(tile) { planeKernels.transform_kernel(plan, &input, spectrum, $0) }
          }
        }
      }
    }
  }

  /// The largest output of a tile.
  var output: Extent {
    Extent(height: tile.height - kernel.height + 1, width: tile.width - kernel.width + 1)
  }

  /// Lends what ``correlate(_:_:scratch:)`` works in.
  func withScratchMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    Self.withScratchMemory(tile, body)
  }

  private static func withScratchMemory(_ tile: Extent, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let count = planeKernels.transform_scratch(tile.height, tile.width)
    withScratch(of: Float.self, count, body)
  }

  /// Correlates one or two tiles, each with its input and output filled in; the offsets are chosen here.
  func correlate(_ first: fovea_tile, _ second: fovea_tile?, scratch: UnsafeMutablePointer<Float>) {
    Self.withPlan(tile, heightTwiddles, widthTwiddles) { plan in
      spectrum.withUnsafeScalars { spectrum in
        guard let spectrum = spectrum.baseAddress else { return }
        var first = first
        first.offset = Self.offset(of: first)
        guard var second else {
          planeKernels.transform_correlate(plan, spectrum, &first, nil, sumOfTaps, scratch)
          return
        }
        second.offset = Self.offset(of: second)
        planeKernels.transform_correlate(plan, spectrum, &first, &second, sumOfTaps, scratch)
      }
    }
  }

  private static func withPlan(
    _ tile: Extent, _ heightTwiddles: [Float], _ widthTwiddles: [Float],
    _ body: (UnsafePointer<fovea_transform>) -> Void
  ) {
    heightTwiddles.withUnsafeBufferPointer { height in
      widthTwiddles.withUnsafeBufferPointer { width in
        guard let height = height.baseAddress, let width = width.baseAddress else { return }
        var plan = fovea_transform(
          height: tile.height, width: tile.width, height_twiddles: height, width_twiddles: width)
        body(&plan)
      }
    }
  }

  /// About the mean of a tile: that of its middle row.
  private static func offset(of tile: fovea_tile) -> Float {
    let row = tile.rows[tile.input_rows / 2] + tile.first
    var sum: Float = 0
    for column in stride(from: 0, to: tile.input_columns, by: 4) { sum += row[column] }
    return sum / Float((tile.input_columns + 3) / 4)
  }

  /// The table that `fovea_transform` describes.
  private static func twiddles(_ length: Int) -> [Float] {
    var table: [Float] = []
    var part = length
    while part > 4 {
      for j in 0..<part / 4 {
        for turn in 1...3 {
          let angle = -2 * Double.pi * Double(turn * j) / Double(part)
          table.append(Float(cos(angle)))
          table.append(Float(sin(angle)))
        }
      }
      part /= 4
    }
    return table
  }
}
