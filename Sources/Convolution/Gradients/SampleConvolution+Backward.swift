internal import CKernels
internal import TensorCore

extension SampleConvolution {
  /// What a layer was given and said, and the gradient that came back.
  package struct Seen {
    let input: UnsafePointer<Float>
    let kernel: UnsafePointer<Float>
    let output: UnsafePointer<Float>
    let positions: UnsafePointer<UInt32>?
    let gradient: UnsafePointer<Float>
    /// Of a batch normalisation that alone read the output, and whose output's gradient `gradient` then is.
    let normalization: BatchNormalizationGradient?

    package init(
      input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, output: UnsafePointer<Float>,
      positions: UnsafePointer<UInt32>?, gradient: UnsafePointer<Float>,
      normalization: BatchNormalizationGradient? = nil
    ) {
      self.input = input
      self.kernel = kernel
      self.output = output
      self.positions = positions
      self.gradient = gradient
      self.normalization = normalization
    }
  }

  /// The gradients with respect to the kernel (HWIO), the bias and the input, as far as they are asked for; all overwritten, but
  /// that of the input, with `adds`, added to what is there.
  ///
  /// Sums over the samples run in fixed parts, so that the number of threads does not show.
  package func gradients(
    _ seen: Seen, kernel kernelGradient: UnsafeMutablePointer<Float>?,
    bias biasGradient: UnsafeMutablePointer<Float>?, input inputGradient: UnsafeMutablePointer<Float>?,
    adds: Bool = false
  ) {
    let g = geometry
    let count = kernelGradient == nil ? 0 : g.kernelShape.count
    let biases = biasGradient == nil ? 0 : g.outputChannels
    let packed =
      inputGradient == nil ? 0 : kernels.table.packed_count(backwardDepth * g.rows.kernel, g.inputChannels)
    Scratch.withFloats((count + biases) * gradientParts + packed) { scratch in
      let (sums, panels) = (scratch, scratch + (count + biases) * gradientParts)
      sums.update(repeating: 0, count: (count + biases) * gradientParts)
      if inputGradient != nil { packTurned(seen.kernel, to: panels) }
      let biasSums = sums + count * gradientParts
      parallelFor(gradientParts) { parts in
        for part in parts {
          accumulate(
            seen, gradientPart(part, of: g.batch), kernelSums: count == 0 ? nil : sums + part * count,
            biasSums: biases == 0 ? nil : biasSums + part * biases, panels: panels,
            inputGradient: inputGradient, adds: adds)
        }
      }
      if let biasGradient { addParts(biasSums, count: biases, to: biasGradient) }
      guard let kernelGradient else { return }
      guard isTurned else { return addParts(sums, count: count, to: kernelGradient) }
      addParts(sums, count: count, to: sums)
      for filter in 0..<g.outputChannels {
        for tap in 0..<g.depth {
          kernelGradient[tap * g.outputChannels + filter] = sums[filter * g.depth + tap]
        }
      }
    }
  }

  /// Whether the kernel's gradient is summed with its axes changed: of a few filters a vector would stay half empty.
  private var isTurned: Bool {
    let lanes = kernels.table.panel / 2
    return geometry.outputChannels < lanes && geometry.columns.kernel * geometry.inputChannels >= lanes
  }

  /// Numbers of a kernel row where the gradient of the output meets that of the input.
  private var backwardDepth: Int { geometry.columns.kernel * geometry.outputChannels }

  /// The kernel as the gradient of the input needs it: flipped both ways, filters and channels exchanged.
  private func packTurned(_ kernel: UnsafePointer<Float>, to panels: UnsafeMutablePointer<Float>) {
    let g = geometry
    let taps = g.rows.kernel * g.columns.kernel
    let (channels, filters) = (g.inputChannels, g.outputChannels)
    Scratch.withFloats(taps * channels * filters) { turned in
      parallelFor(taps) { range in
        for tap in range {
          let source = kernel + (taps - 1 - tap) * channels * filters
          let target = turned + tap * channels * filters
          for filter in 0..<filters {
            for channel in 0..<channels {
              target[filter * channels + channel] = source[channel * filters + filter]
            }
          }
        }
      }
      kernels.table.pack(taps * filters, channels, turned, channels, nil, panels)
    }
  }

  /// The plane the gradient of the convolution's output is laid out in; with margins where the input's gradient is wanted.
  private func gradientPlane(withMargins: Bool) -> MarginedPlane {
    let g = geometry
    let (height, width) = (g.rows.output, g.columns.output)
    guard withMargins else {
      return MarginedPlane(
        height: height, width: width, channels: g.outputChannels, top: 0, left: 0, contentHeight: height,
        contentWidth: width)
    }
    return MarginedPlane(
      height: g.rows.input + g.rows.kernel - 1, width: g.columns.input + g.columns.kernel - 1,
      channels: g.outputChannels, top: g.rows.kernel - 1 - g.rows.before,
      left: g.columns.kernel - 1 - g.columns.before, contentHeight: height, contentWidth: width,
      step: (g.rows.stride, g.columns.stride))
  }

  private func accumulate(
    _ seen: Seen, _ samples: Range<Int>, kernelSums: UnsafeMutablePointer<Float>?,
    biasSums: UnsafeMutablePointer<Float>?, panels: UnsafePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, adds: Bool
  ) {
    guard !samples.isEmpty else { return }
    let g = geometry
    let training = kernels.table.training.pointee
    let (x, dz) = (paddedInput, gradientPlane(withMargins: inputGradient != nil))
    let keepsInput = x.isWhole || kernelSums == nil
    let keepsGradient = dz.isWhole && !rectifies && pooling == nil && seen.normalization == nil
    let (inputRoom, gradientRoom) = (keepsInput ? 0 : x.count, keepsGradient ? 0 : dz.count)
    Scratch.withFloats(inputRoom + gradientRoom) { scratch in
      scratch.update(repeating: 0, count: inputRoom + gradientRoom)
      let plane = scratch + inputRoom
      for sample in samples {
        let (own, output) = (seen.gradient + sample * outputCount, seen.output + sample * outputCount)
        if let biasSums, seen.normalization == nil {
          training.channel_sums(
            outputCount / g.outputChannels, g.outputChannels, g.outputChannels, own,
            rectifies ? output : nil, biasSums)
        }
        if !keepsGradient { layOut(seen, sample, dz, to: plane) }
        let gradient = keepsGradient ? own : UnsafePointer(plane)
        if let biasSums, seen.normalization != nil {
          dz.forEachRun { _, target, count in
            training.channel_sums(
              count / g.outputChannels, g.outputChannels, g.outputChannels, plane + target, nil, biasSums)
          }
        }
        if let kernelSums {
          if !keepsInput { fill(scratch, x, from: seen.input + sample * inputCount) }
          let input = keepsInput ? seen.input + sample * inputCount : UnsafePointer(scratch)
          addProducts(input, x, gradient, dz, to: kernelSums)
        }
        if let inputGradient {
          multiplyBack(gradient, dz, panels, to: inputGradient + sample * inputCount, adds: adds)
        }
      }
    }
  }

  /// The gradient of one sample's convolution, before the relu and the pooling.
  private func layOut(
    _ seen: Seen, _ sample: Int, _ dz: MarginedPlane, to plane: UnsafeMutablePointer<Float>
  ) {
    let training = kernels.table.training.pointee
    let (own, output) = (seen.gradient + sample * outputCount, seen.output + sample * outputCount)
    if let normalization = seen.normalization {
      return dz.forEachRun { source, target, count in
        normalization.apply(
          pixels: count / geometry.outputChannels, input: output + source, outputGradient: own + source,
          to: plane + target)
      }
    }
    guard let pooling, let positions = seen.positions else {
      dz.forEachRun { source, target, count in
        if rectifies {
          training.keep_positive(count, output + source, own + source, plane + target)
        } else {
          (plane + target).update(from: own + source, count: count)
        }
      }
      return
    }
    let (height, width, channels) = (pooling.rows.kernel, pooling.columns.kernel, pooling.channels)
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: height * width) {
      addresses in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: height * width) { places in
        guard let addresses = addresses.baseAddress, let places = places.baseAddress else { return }
        for oy in 0..<pooling.rows.output {
          for ox in 0..<pooling.columns.output {
            for ky in 0..<height {
              for kx in 0..<width {
                let (row, column) = (oy * height + ky, ox * width + kx)
                places[ky * width + kx] = UInt32(truncatingIfNeeded: row * pooling.columns.input + column)
                addresses[ky * width + kx] = plane + dz.place(row, column)
              }
            }
            let source = (oy * pooling.columns.output + ox) * channels
            training.pool_maximum_gradient(
              height * width, addresses, places, positions + sample * outputCount + source, channels,
              own + source, rectifies ? output + source : nil, 0)
          }
        }
      }
    }
  }

  /// Adds one sample's part of the kernel's gradient: each run of inputs under a kernel row times the gradient.
  private func addProducts(
    _ input: UnsafePointer<Float>, _ x: MarginedPlane, _ gradient: UnsafePointer<Float>, _ dz: MarginedPlane,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let run = g.columns.kernel * g.inputChannels
    let (inputLine, inputPixel) = (g.rows.stride * x.line, g.columns.stride * g.inputChannels)
    let (line, pixel) = (dz.step.rows * dz.line, dz.step.columns * g.outputChannels)
    for ky in 0..<g.rows.kernel {
      let (from, first) = (input + ky * x.line, gradient + dz.place(0, 0))
      var product =
        isTurned
        ? fovea_outer_product(
          lines: g.rows.output, width: g.columns.output, run: g.outputChannels, columns: run, input: first,
          input_line: line, input_pixel: pixel, gradient: from, gradient_line: inputLine,
          gradient_pixel: inputPixel, sums: sums + ky * run, sums_stride: g.depth)
        : fovea_outer_product(
          lines: g.rows.output, width: g.columns.output, run: run, columns: g.outputChannels, input: from,
          input_line: inputLine, input_pixel: inputPixel, gradient: first, gradient_line: line,
          gradient_pixel: pixel, sums: sums + ky * run * g.outputChannels, sums_stride: g.outputChannels)
      kernels.table.training.pointee.add_outer_products(&product)
    }
  }

  /// The gradient of one sample's input: the full correlation of the gradient with the turned kernel.
  private func multiplyBack(
    _ gradient: UnsafePointer<Float>, _ dz: MarginedPlane, _ panels: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>, adds: Bool
  ) {
    let g = geometry
    let strips = Strips(height: g.rows.input, width: g.columns.input)
    strips.withAddresses(
      of: gradient, line: dz.line, pixel: g.outputChannels, stride: 1, kernelRows: g.rows.kernel
    ) { addresses in
      strips.forEach { rows in
        var product = fovea_layer_product(
          pixels: rows.count * strips.width, taps: g.rows.kernel, depth: backwardDepth,
          columns: g.inputChannels, inputs: addresses, inputs_stride: strips.pixels,
          offset: rows.lowerBound * dz.line, panels: panels,
          output: result + rows.lowerBound * g.columns.input * g.inputChannels,
          output_stride: g.inputChannels)
        let finish =
          adds ? Finish(residual: Pixels(product.output, stride: g.inputChannels)) : Finish.none
        var store = finish.store(from: 0)
        kernels.table.product(&product, &store)
      }
    }
  }
}
