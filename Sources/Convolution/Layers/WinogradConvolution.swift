internal import CKernels
internal import TensorCore

/// Convolution of stride 1 by Winograd's F(4x4, 3x3), F(2x2, 3x3) or F(2x2, 5x5), as in Lavin and Gray (2016).
///
/// Tiles of 6x6 (4x4) inputs become 36 (16) positions; at each position all tiles are multiplied by transformed weights;
/// the products become 4x4 or 2x2 outputs a tile. For 3x3 that is 36 / 16 = 2.25 (16 / 4 = 4) products an output instead
/// of 9, for 5x5 36 / 4 = 9 instead of 25.
///
/// - Weights that fit the caches: each thread takes blocks of tiles through all three stages, so that the positions of a
///   block never leave its second-level cache.
/// - Larger weights: they would be read again by every block, so blocks are large, and the threads share each stage.
extension PreparedConvolution {
  func applyWinograd(_ input: Pixels, _ output: MutablePixels, _ finish: Finish, tile: Int) {
    let run = WinogradRun(self, input, output, finish, tile: tile)
    let weightFloats = weights.count
    let perTile = run.positions * (run.inputStride + run.outputStride)
    if weightFloats > 1 << 20 || run.tiles < 3 * kernels.table.tile_rows {
      run.inSharedStages(block: max(64, min(run.tiles, (4 << 20) / perTile)))
    } else {
      let height = kernels.table.tile_rows
      let fitting = max(1, (192 << 10) / (perTile * height))
      run.inBlocks(block: fitting * height)
    }
  }
}

/// The transformed weights, a packed matrix for each position.
func winogradWeights(
  _ g: ConvolutionGeometry, kernel: UnsafePointer<Float>, tile: Int, on kernels: LayerKernels
) -> TensorStorage {
  let size = g.rows.kernel
  let side = tile + size - 1
  let column = weightTransform(side: side, taps: size)
  let (channels, filters) = (g.inputChannels, g.outputChannels)
  let count = channels * filters
  let packed = kernels.table.packed_count(channels, filters)
  let storage = TensorStorage(uninitialized: side * side * packed)
  parallelFor(side * side) { range in
    Scratch.withFloats(count) { transformed in
      for position in range {
        transformed.update(repeating: 0, count: count)
        for ky in 0..<size {
          for kx in 0..<size {
            let factor = Float(column[position / side][ky] * column[position % side][kx])
            guard factor != 0 else { continue }
            let taps = kernel + (ky * size + kx) * count
            for index in 0..<count { transformed[index] += factor * taps[index] }
          }
        }
        kernels.table.pack(channels, filters, transformed, filters, nil, storage.base + position * packed)
      }
    }
  }
  return storage
}

/// What each position takes of each tap of a column of weights, `[position][tap]`: the powers of its point over the
/// product of the point's distances from the others; the last position, the point at infinity, takes the last tap.
///
/// The points are those of the transforms of tiles in `CKernels`.
private func weightTransform(side: Int, taps: Int) -> [[Double]] {
  let points = side == 4 ? [0, 1, -1] : [0, 0.75, -0.75, 1.5, -1.5]
  var positions = points.map { point in
    let distances = points.reduce(1) { $1 == point ? $0 : $0 * (point - $1) }
    return (0..<taps).map { tap in (0..<tap).reduce(1) { power, _ in power * point } / distances }
  }
  positions.append((0..<taps).map { $0 == taps - 1 ? 1 : 0 })
  return positions
}

/// One application: where tiles lie and how their positions are laid out.
private struct WinogradRun {
  let convolution: PreparedConvolution
  let input: Pixels
  let output: MutablePixels
  let finish: Finish
  let tile: Int
  let across: Int
  let down: Int

  init(
    _ convolution: PreparedConvolution, _ input: Pixels, _ output: MutablePixels, _ finish: Finish, tile: Int
  ) {
    self.convolution = convolution
    self.input = input
    self.output = output
    self.finish = finish
    self.tile = tile
    across = (convolution.geometry.columns.output + tile - 1) / tile
    down = (convolution.geometry.rows.output + tile - 1) / tile
  }

  var geometry: ConvolutionGeometry { convolution.geometry }
  var table: fovea_layer_kernels { convolution.kernels.table }
  var tiles: Int { geometry.batch * across * down }
  var side: Int { tile + geometry.rows.kernel - 1 }
  var positions: Int { side * side }
  // A cache line more than the channels: tiles of 512 or 1024 channels would all fall on the same few sets of the cache.
  var inputStride: Int { (geometry.inputChannels + 15) / 16 * 16 + 16 }
  var outputStride: Int { (geometry.outputChannels + 15) / 16 * 16 + 16 }

  /// Blocks of tiles, each through all stages on one thread.
  func inBlocks(block: Int) {
    let blocks = min(tiles, convolution.evenShares(max((tiles + block - 1) / block, Parallelism.threads)))
    parallelFor(blocks) { range in
      Scratch.withFloats(block * positions * (inputStride + outputStride)) { scratch in
        for index in range {
          let range = tiles * index / blocks..<tiles * (index + 1) / blocks
          let products = scratch + range.count * positions * inputStride
          transformInput(range, of: range, to: scratch)
          multiply(
            0..<positions, columns: 0..<geometry.outputChannels, tiles: range.count, scratch, products)
          transformOutput(range, of: range, from: products)
        }
      }
    }
  }

  /// Blocks of tiles one after the other, the threads sharing each stage.
  func inSharedStages(block: Int) {
    let blocks = (tiles + block - 1) / block
    let longest = (tiles + blocks - 1) / blocks
    let panels = (geometry.outputChannels + table.panel - 1) / table.panel
    let parts = min(panels, 4)
    Scratch.withFloats(longest * positions * (inputStride + outputStride)) { scratch in
      for index in 0..<blocks {
        let all = tiles * index / blocks..<tiles * (index + 1) / blocks
        let products = scratch + all.count * positions * inputStride
        parallelFor(all.count, grain: 2) { range in
          transformInput(
            all.lowerBound + range.lowerBound..<all.lowerBound + range.upperBound, of: all, to: scratch)
        }
        parallelFor(positions * parts) { range in
          for item in range {
            let (position, part) = (item / parts, item % parts)
            let first = panels * part / parts * table.panel
            let end = min(geometry.outputChannels, panels * (part + 1) / parts * table.panel)
            multiply(position..<position + 1, columns: first..<end, tiles: all.count, scratch, products)
          }
        }
        parallelFor(all.count, grain: 2) { range in
          transformOutput(
            all.lowerBound + range.lowerBound..<all.lowerBound + range.upperBound, of: all, from: products)
        }
      }
    }
  }

  /// Input tiles to `[position][tile of the block][channel]`.
  private func transformInput(
    _ range: Range<Int>, of block: Range<Int>, to target: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns) = (geometry.rows, geometry.columns)
    let zeros = UnsafePointer(convolution.zeros.base)
    var shape = fovea_layer_tile(
      side: side, outputs: tile, channels: geometry.inputChannels, position_stride: block.count * inputStride)
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: positions) { pixels in
      guard let pixels = pixels.baseAddress else { return }
      for index in range {
        let left = index % across * tile - columns.before
        let top = index / across % down * tile - rows.before
        let sample = index / (across * down)
        for i in 0..<side {
          let y = top + i
          let row = input.start + (sample * rows.input + y) * columns.input * input.stride
          for j in 0..<side {
            let x = left + j
            let isInside = y >= 0 && y < rows.input && x >= 0 && x < columns.input
            pixels[i * side + j] = isInside ? row + x * input.stride : zeros
          }
        }
        table.winograd_input(&shape, pixels, target + (index - block.lowerBound) * inputStride)
      }
    }
  }

  /// `[position][tile][channel]` times the weights of each position.
  private func multiply(
    _ range: Range<Int>, columns: Range<Int>, tiles: Int, _ transformed: UnsafeMutablePointer<Float>,
    _ products: UnsafeMutablePointer<Float>
  ) {
    let depth = geometry.inputChannels
    let packed = table.packed_count(depth, geometry.outputChannels)
    var store = Finish.none.store(from: 0)
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: tiles) { addresses in
      guard let addresses = addresses.baseAddress else { return }
      for index in 0..<tiles { addresses[index] = UnsafePointer(transformed + index * inputStride) }
      for position in range {
        var product = fovea_layer_product(
          pixels: tiles, taps: 1, depth: depth, columns: columns.count, inputs: addresses,
          inputs_stride: tiles,
          offset: position * tiles * inputStride,
          panels: convolution.weights.base + position * packed + columns.lowerBound * (depth + 1),
          output: products + position * tiles * outputStride + columns.lowerBound,
          output_stride: outputStride)
        table.product(&product, &store)
      }
    }
  }

  /// Products back to output pixels.
  private func transformOutput(
    _ range: Range<Int>, of block: Range<Int>, from products: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (geometry.rows.output, geometry.columns.output)
    var shape = fovea_layer_tile(
      side: side, outputs: tile, channels: geometry.outputChannels,
      position_stride: block.count * outputStride)
    for index in range {
      let x = index % across * tile
      let y = index / across % down * tile
      let pixel = (index / (across * down) * height + y) * width + x
      var store = finish.store(from: pixel)
      table.winograd_output(
        &shape, products + (index - block.lowerBound) * outputStride,
        convolution.bias.map { UnsafePointer($0.base) },
        output.start + pixel * output.stride, width * output.stride, output.stride, min(tile, height - y),
        min(tile, width - x), width * (finish.residual?.stride ?? 0), &store)
    }
  }
}
