internal import CKernels
internal import TensorCore

/// Convolution as matrix products that read the input where it lies (Dukhan 2019, "The Indirect Convolution Algorithm").
///
/// A block of output pixels comes with a table of addresses, one for each tap and pixel; taps on the padding point at a
/// pixel of zeros. Nothing is gathered, so stride, dilation and groups cost nothing but another table, and a 1x1
/// convolution is the plain product. Blocks are shared out over the threads; where pixels are few, so are the panels of
/// output channels, and each thread reads its own part of the weights.
extension PreparedConvolution {
  func applyIndirect(_ input: Pixels, _ gates: Pixels?, _ output: MutablePixels, _ finish: Finish) {
    let g = geometry
    let taps = g.rows.kernel * g.columns.kernel
    shareOut(pixels: g.outputPixels) { range, columns in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: taps * range.count) { table in
        guard let table = table.baseAddress else { return }
        guard let gates else {
          fillAddresses(table, of: range, input)
          return multiply(table, taps: taps, depth: g.channelsPerGroup, range, columns, output, finish)
        }
        Scratch.withFloats(range.count * g.inputChannels) { gated in
          gate(range, of: input, by: gates, to: gated)
          for index in 0..<range.count { table[index] = UnsafePointer(gated + index * g.inputChannels) }
          multiply(table, taps: 1, depth: g.inputChannels, range, columns, output, finish)
        }
      }
    }
  }

  /// Some pixels of the input side by side, each channel multiplied by the gate of the pixel's sample.
  private func gate(
    _ pixels: Range<Int>, of input: Pixels, by gates: Pixels, to gated: UnsafeMutablePointer<Float>
  ) {
    let (plane, channels) = (geometry.rows.input * geometry.columns.input, geometry.inputChannels)
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let sample = pixel / plane
      let count = min((sample + 1) * plane, pixels.upperBound) - pixel
      kernels.table.scale(
        count, channels, input.start + pixel * input.stride, input.stride,
        gates.start + sample * gates.stride, nil, gated + (pixel - pixels.lowerBound) * channels, channels,
        -.infinity, .infinity)
      pixel += count
    }
  }

  /// Runs `body` on blocks of output pixels x ranges of columns (of every group), on several threads.
  ///
  /// With pixels enough, each thread has its own, which are mostly those it wrote in the layer before: what another has
  /// written is five times as far away. The weights then come to every thread, hidden behind the products of four tiles.
  func shareOut(pixels: Int, _ body: (Range<Int>, Range<Int>) -> Void) {
    let columns = geometry.filtersPerGroup
    let threads = Parallelism.threads
    let longest = longestBlock
    let hasOwn = pixels >= 4 * kernels.table.tile_rows * threads
    let blocks = min(pixels, evenShares(max((pixels + longest - 1) / longest, hasOwn ? threads : 1)))
    let panels = (columns + kernels.table.panel - 1) / kernels.table.panel
    let worthSharing = pixels * columns * geometry.depth * geometry.groups > 64 * 1024
    let parts = hasOwn || threads == 1 || !worthSharing ? 1 : min(panels, max(1, 4 * threads / blocks))
    func run(_ items: Range<Int>) {
      for item in items {
        let (block, part) = (item / parts, item % parts)
        let range = pixels * block / blocks..<pixels * (block + 1) / blocks
        let first = panels * part / parts * kernels.table.panel
        body(range, first..<min(columns, panels * (part + 1) / parts * kernels.table.panel))
      }
    }
    if worthSharing { parallelFor(blocks * parts, run) } else { run(0..<blocks * parts) }
  }

  /// Output pixels of a block: as many tiles, up to 16, as read so few floats that these stay in the second-level cache while
  /// the panels pass; more where the weights do not fit it, for every block sends for all of them again.
  private var longestBlock: Int {
    let rows = kernels.table.tile_rows
    let fitting = weights.count > 256 * 1024 ? 128 * 1024 : 64 * 1024
    let tiles = (2...16).last { geometry.floatsRead(by: $0 * rows) <= fitting }
    return (tiles ?? 1) * rows
  }

  /// So many blocks or a few more, as many for each thread; a single one remains.
  func evenShares(_ blocks: Int) -> Int {
    let threads = Parallelism.threads
    return blocks > 1 ? (blocks + threads - 1) / threads * threads : 1
  }

  /// One block of pixels by some of the columns of every group.
  func multiply(
    _ table: UnsafeMutablePointer<UnsafePointer<Float>?>, taps: Int, depth: Int, _ range: Range<Int>,
    _ columns: Range<Int>, _ output: MutablePixels, _ finish: Finish
  ) {
    let packed = kernels.table.packed_count(taps * depth, geometry.filtersPerGroup)
    for group in 0..<geometry.groups {
      let first = group * geometry.filtersPerGroup + columns.lowerBound
      var product = fovea_layer_product(
        pixels: range.count, taps: taps, depth: depth, columns: columns.count, inputs: table,
        inputs_stride: range.count, offset: group * geometry.channelsPerGroup,
        panels: weights.base + group * packed + columns.lowerBound * (taps * depth + 1),
        output: output.start + range.lowerBound * output.stride + first, output_stride: output.stride)
      var store = finish.store(from: range.lowerBound, channel: first)
      kernels.table.product(&product, &store)
    }
  }

  /// The address of the input pixel of every tap, `[tap][pixel]`.
  private func fillAddresses(
    _ table: UnsafeMutablePointer<UnsafePointer<Float>?>, of pixels: Range<Int>, _ input: Pixels
  ) {
    let (rows, columns) = (geometry.rows, geometry.columns)
    let zeros = UnsafePointer(self.zeros.base)
    if geometry.isPointwise {
      for index in 0..<pixels.count {
        table[index] = input.start + (pixels.lowerBound + index) * input.stride
      }
      return
    }
    eachRun(of: pixels) { index, run, x, y, sample in
      let left = columns.start(of: x)
      for ky in 0..<rows.kernel {
        let inputY = rows.start(of: y) + ky * rows.dilation
        let isInside = inputY >= 0 && inputY < rows.input
        let line = input.start + (sample * rows.input + inputY) * columns.input * input.stride
        for kx in 0..<columns.kernel {
          let place = table + ((ky * columns.kernel + kx) * pixels.count + index)
          guard isInside else {
            place.update(repeating: zeros, count: run)
            continue
          }
          var inputX = left + kx * columns.dilation
          for step in 0..<run {
            place[step] =
              inputX >= 0 && inputX < columns.input ? line + inputX * input.stride : zeros
            inputX += columns.stride
          }
        }
      }
    }
  }

  /// Output pixels in runs that lie side by side in a row: the place of the first among `pixels`, how many, and the column,
  /// row and sample of the first.
  func eachRun(
    of pixels: Range<Int>, _ body: (_ index: Int, _ run: Int, _ x: Int, _ y: Int, _ sample: Int) -> Void
  ) {
    let (height, width) = (geometry.rows.output, geometry.columns.output)
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let (line, x) = pixel.quotientAndRemainder(dividingBy: width)
      let run = min(width - x, pixels.upperBound - pixel)
      body(pixel - pixels.lowerBound, run, x, line % height, line / height)
      pixel += run
    }
  }
}

extension Finish {
  /// The same for the micro-kernels, its residual starting at a pixel and a channel.
  func store(from pixel: Int, channel: Int = 0) -> fovea_layer_store {
    fovea_layer_store(
      residual: residual.map { $0.start + pixel * $0.stride + channel },
      residual_stride: residual?.stride ?? 0,
      low: low, high: high, function: function.described)
  }
}
