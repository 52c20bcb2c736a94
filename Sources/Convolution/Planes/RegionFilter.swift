import CKernels

/// A kernel made ready to filter one region after another, whose input comes with its margins: for pictures that
/// stream past in pieces.
///
/// ```swift
/// let filter = RegionFilter(.gaussian(sigma: 2))
/// // To make the output rows r ..< r + h, columns c ..< c + w, have the input rows r - top ..< r + h + bottom and
/// // columns c - left ..< c + w + right in memory, what lies outside the picture included.
/// filter.apply(input, inputStride: ..., output, outputStride: ..., height: h, width: w, channels: 3)
/// ```
package struct RegionFilter: Sendable {
  /// How far beyond an output region its input reaches, in pixels, on each side.
  package let margins: Margins
  /// The method and why.
  package let choice: CorrelationMethod.Choice

  private let size: Extent
  private let taps: [Float]
  private let terms: [Kernel.Factors]
  /// For kernels that transforms suit, the most they could do; small regions are filtered directly.
  private let transform: TransformFilter?

  /// - Parameters:
  ///   - convolving: whether the kernel is turned by half a turn first.
  ///   - method: one that can compute this kernel, or `nil` for the cheapest.
  ///   - output: where output pixel 0 lies: with `same` at input pixel 0, with `full` its last tap alone touches the
  ///     picture, with `valid` its first tap lies on it.
  package init(
    _ kernel: Kernel, convolving: Bool = false, output: OutputMode = .same,
    by method: CorrelationMethod? = nil
  ) {
    let slid = convolving ? kernel.flipped : kernel
    let top = output.leading(kernel: kernel.rows, convolving: convolving)
    let left = output.leading(kernel: kernel.columns, convolving: convolving)
    margins = Margins(
      top: top, bottom: kernel.rows - 1 - top, left: left, right: kernel.columns - 1 - left)
    size = kernel.extent
    let (choice, terms) = CorrelationMethod.plan(for: slid, output: nil, asked: method)
    self.choice = choice
    self.terms = terms ?? []
    let dense = [.direct, .fft, .reference].contains(choice.method)
    taps = dense ? slid.taps : []
    transform =
      choice.method == .fft
      ? TransformTile.cheapest(for: kernel.extent, output: nil).map {
        TransformFilter(taps: slid.taps, kernel: slid.extent, tile: $0.extent)
      } : nil
  }

  /// What is best asked for at once, or multiples of it; `nil` when any size will do.
  package var unit: Extent? { transform?.output }

  /// Filters `height` x `width` pixels of `channels` interleaved floats, on the calling thread.
  ///
  /// - Parameters:
  ///   - input: the first float of the region with its margins: output pixel (0, 0) reads the kernel's height and width
  ///     from here. It holds `height + margins.top + margins.bottom` rows.
  ///   - inputStride: floats from one input row to the next.
  ///   - result: the first float of the output region; it must not overlap the input.
  ///   - outputStride: floats from one output row to the next.
  package func apply(
    _ input: UnsafePointer<Float>, inputStride: Int, _ result: UnsafeMutablePointer<Float>, outputStride: Int,
    height: Int, width: Int, channels: Int
  ) {
    guard height > 0, width > 0 else { return }
    let inputRows = height + size.height - 1
    withScratch(of: UnsafePointer<Float>.self, inputRows) { rows in
      for row in 0..<inputRows { (rows + row).initialize(to: input + row * inputStride) }
      let region = Region(
        rows: rows, output: result, outputStride: outputStride, height: height, width: width,
        channels: channels)
      switch choice.method {
      case .separable:
        for (index, factors) in terms.enumerated() { correlate(region, factors, adding: index > 0) }
      case .box: sum(region)
      case .fft: transformed(region)
      case .direct, .reference: correlate(region)
      }
    }
  }

  /// Where a region's input and output are.
  private struct Region {
    let rows: UnsafeMutablePointer<UnsafePointer<Float>>
    let output: UnsafeMutablePointer<Float>
    let outputStride: Int
    let height: Int
    let width: Int
    let channels: Int
  }

  private func correlate(_ region: Region) {
    planeKernels.correlate(
      region.rows, 0, region.output, region.outputStride, region.height, region.width * region.channels, taps,
      size.height, size.width, region.channels, 0)
  }

  private func correlate(_ region: Region, _ factors: Kernel.Factors, adding: Bool) {
    let stride = (region.width + size.width - 1) * region.channels
    withScratch(of: Float.self, region.height * stride) { sums in
      withScratch(of: UnsafePointer<Float>.self, region.height) { table in
        planeKernels.correlate(
          region.rows, 0, sums, stride, region.height, stride, factors.column, size.height, 1, 1, 0)
        for row in 0..<region.height { (table + row).initialize(to: UnsafePointer(sums + row * stride)) }
        planeKernels.correlate(
          table, 0, region.output, region.outputStride, region.height, region.width * region.channels,
          factors.row, 1, size.width, region.channels, adding ? 1 : 0)
      }
    }
  }

  private func sum(_ region: Region) {
    let width = region.width * region.channels
    let count = planeKernels.box_scratch(width, size.height, size.width, region.channels)
    withScratch(of: Float.self, count) { scratch in
      planeKernels.box(
        region.rows, 0, region.output, region.outputStride, region.height, width, size.height, size.width,
        region.channels, terms[0].column[0] * terms[0].row[0], scratch)
    }
  }

  /// By tiles of the region, one channel of each after another; directly where the region is too small to pay for them.
  private func transformed(_ region: Region) {
    let channels = region.channels
    guard let transform else { return correlate(region) }
    let output = transform.output
    let down = (region.height + output.height - 1) / output.height
    let across = (region.width + output.width - 1) / output.width
    let count = down * across * channels
    let work =
      Double((count + 1) / 2 * 2 * transform.tile.height * transform.tile.width)
      * MethodCost.transform(tile: transform.tile)
    guard work < MethodCost.direct(size) * Double(region.height * region.width * channels) else {
      return correlate(region)
    }
    let tile = transform.tile
    withScratch(of: Float.self, 2 * tile.height * tile.width) { copies in
      withScratch(of: UnsafePointer<Float>.self, 2 * tile.height) { tables in
        transform.withScratchMemory { scratch in
          for pair in 0..<(count + 1) / 2 {
            let (first, second) = (2 * pair, 2 * pair + 1)
            let a = fill(first, of: region, across, output, tables, copies, tile)
            let b =
              second == count
              ? nil
              : fill(
                second, of: region, across, output, tables + tile.height, copies + tile.height * tile.width,
                tile)
            transform.correlate(a, b, scratch: scratch)
          }
        }
      }
    }
  }

  private func fill(
    _ index: Int, of region: Region, _ across: Int, _ output: Extent,
    _ table: UnsafeMutablePointer<UnsafePointer<Float>>, _ copies: UnsafeMutablePointer<Float>, _ tile: Extent
  ) -> fovea_tile {
    let channels = region.channels
    let (channel, place) = (index % channels, index / channels)
    let (top, left) = (place / across * output.height, place % across * output.width)
    let height = min(output.height, region.height - top)
    let width = min(output.width, region.width - left)
    let (readRows, readColumns) = (height + size.height - 1, width + size.width - 1)
    for row in 0..<readRows {
      let own = region.rows[top + row] + left * channels
      guard channels > 1 else {
        (table + row).initialize(to: own)
        continue
      }
      let copy = copies + row * tile.width
      for column in 0..<readColumns { copy[column] = own[column * channels + channel] }
      (table + row).initialize(to: UnsafePointer(copy))
    }
    return fovea_tile(
      rows: table, first: 0, input_rows: readRows, input_columns: readColumns,
      output: region.output + top * region.outputStride + left * channels + channel,
      output_stride: region.outputStride, output_step: channels, output_rows: height, output_columns: width,
      offset: 0)
  }
}
