internal import CKernels
internal import TensorCore

extension SampleConvolution {
  /// `output = pool(relu(input * kernel + bias))`, as much of it as there is; `positions`, where given a pooling, receive
  /// where each maximum lies: `row * width + column` in the convolution's own plane.
  ///
  /// `statistics`, `[batch, 2, filters]`, where given, receive of each sample the means of its channels and the sums of squared
  /// differences from them, found while the sample is in the cache.
  package func apply(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, positions: UnsafeMutablePointer<UInt32>?,
    statistics: UnsafeMutablePointer<Float>? = nil
  ) {
    let g = geometry
    let table = kernels.table
    let plane = paddedInput
    let strips = Strips(
      height: pooling.map { $0.rows.output * $0.rows.kernel } ?? g.rows.output, width: g.columns.output,
      unit: pooling?.rows.kernel ?? 1)
    let padded = plane.isWhole ? 0 : plane.count
    Scratch.withFloats(table.packed_count(g.depth, g.outputChannels)) { panels in
      table.pack(g.depth, g.outputChannels, kernel, g.outputChannels, bias, panels)
      parallelFor(g.batch) { samples in
        Scratch.withFloats(padded + (pooling == nil ? 0 : strips.pixels * g.outputChannels)) { scratch in
          scratch.update(repeating: 0, count: padded)
          let strip = scratch + padded
          let first = plane.isWhole ? input + samples.lowerBound * inputCount : UnsafePointer(scratch)
          strips.withAddresses(
            of: first, line: plane.line, pixel: g.columns.stride * g.inputChannels, stride: g.rows.stride,
            kernelRows: g.rows.kernel
          ) { addresses in
            for sample in samples {
              if !plane.isWhole { fill(scratch, plane, from: input + sample * inputCount) }
              let start = plane.isWhole ? (sample - samples.lowerBound) * inputCount : 0
              strips.forEach { rows in
                let own = output + sample * outputCount
                let target =
                  pooling == nil ? own + rows.lowerBound * g.columns.output * g.outputChannels : strip
                var product = fovea_layer_product(
                  pixels: rows.count * strips.width, taps: g.rows.kernel,
                  depth: g.columns.kernel * g.inputChannels, columns: g.outputChannels, inputs: addresses,
                  inputs_stride: strips.pixels, offset: start + rows.lowerBound * g.rows.stride * plane.line,
                  panels: panels, output: target, output_stride: g.outputChannels)
                var store = (rectifies ? Finish.relu : .none).store(from: 0)
                table.product(&product, &store)
                if let pooling, let positions {
                  pool(pooling, rows, of: strip, to: own, positions + sample * outputCount)
                }
              }
              if let statistics {
                measure(output + sample * outputCount, to: statistics + 2 * sample * g.outputChannels)
              }
            }
          }
        }
      }
    }
  }

  /// The means of one sample's channels and the sums of squared differences from them.
  private func measure(_ sample: UnsafePointer<Float>, to found: UnsafeMutablePointer<Float>) {
    let (channels, training) = (geometry.outputChannels, kernels.table.training.pointee)
    let pixels = outputCount / channels
    found.update(repeating: 0, count: 2 * channels)
    training.channel_sums(pixels, channels, channels, sample, nil, found)
    for c in 0..<channels { found[c] /= Float(pixels) }
    training.channel_squares(pixels, channels, sample, found, found + channels)
  }

  func fill(
    _ target: UnsafeMutablePointer<Float>, _ plane: MarginedPlane, from source: UnsafePointer<Float>
  ) {
    plane.forEachRun { place, inside, count in (target + inside).update(from: source + place, count: count) }
  }

  /// Pools the rows `rows` of the convolution, which lie in `strip`.
  private func pool(
    _ pooling: PoolingGeometry, _ rows: Range<Int>, of strip: UnsafePointer<Float>,
    to output: UnsafeMutablePointer<Float>, _ positions: UnsafeMutablePointer<UInt32>
  ) {
    let (height, width, channels) = (pooling.rows.kernel, pooling.columns.kernel, pooling.channels)
    let line = pooling.columns.input
    let training = kernels.table.training.pointee
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: height * width) { addresses in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: height * width) { places in
        guard let addresses = addresses.baseAddress, let places = places.baseAddress else { return }
        for oy in rows.lowerBound / height..<rows.upperBound / height {
          for ox in 0..<pooling.columns.output {
            for ky in 0..<height {
              for kx in 0..<width {
                let place = (oy * height + ky) * line + ox * width + kx
                places[ky * width + kx] = UInt32(truncatingIfNeeded: place)
                addresses[ky * width + kx] = strip + (place - rows.lowerBound * line) * channels
              }
            }
            let target = (oy * pooling.columns.output + ox) * channels
            training.pool_maximum_places(
              height * width, addresses, places, channels, output + target, positions + target)
          }
        }
      }
    }
  }
}
