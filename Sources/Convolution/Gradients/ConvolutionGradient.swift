import TensorCore

/// The parts into which sums over a batch are cut: fixed, so that the same sums come out whatever the number of threads.
package let gradientParts = 8

/// The part `index` of `count` things cut into ``gradientParts`` nearly equal runs.
package func gradientPart(_ index: Int, of count: Int) -> Range<Int> {
  index * count / gradientParts..<(index + 1) * count / gradientParts
}

/// A convolution by gathered windows and matrix products, for kernels that change at every step.
///
/// Shapes as in ``ConvolutionGeometry``: `input` NHWC, `kernel` HWIO, `output` NHWC.
package func convolveByWindows(
  _ g: ConvolutionGeometry, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
) {
  forEachBlock(g) { block, pixels, group, windows, matrix in
    let target = output + block.lowerBound * g.rows.output * g.columns.output * g.outputChannels
    if group == 0 { fill(target, pixels: pixels, channels: g.outputChannels, bias: bias) }
    let source: UnsafePointer<Float>
    if g.isPointwise, g.groups == 1 {
      source = input + block.lowerBound * g.rows.input * g.columns.input * g.inputChannels
    } else {
      windows.gather(block, group: group, from: input, to: matrix)
      source = UnsafePointer(matrix)
    }
    matrixProduct(
      rows: pixels, columns: g.filtersPerGroup, inner: g.depth, source, leadingA: g.depth,
      kernel + group * g.filtersPerGroup, leadingB: g.outputChannels, beta: 1,
      target + group * g.filtersPerGroup, leadingC: g.outputChannels)
  }
}

/// The gradient of a convolution with respect to its kernel: the correlation of its input with the gradient of its output.
///
/// `dJ/dW[k, l, n, m] = sum over i, y, x of U[i, y s + k d, x s + l d, n] dJ/dZ[i, y, x, m]`; `result` is HWIO and overwritten.
package func convolutionKernelGradient(
  _ g: ConvolutionGeometry, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  let count = g.kernelShape.count
  Scratch.withFloats(count * gradientParts) { sums in
    parallelFor(gradientParts) { parts in
      for part in parts {
        let sum = sums + part * count
        sum.update(repeating: 0, count: count)
        forEachBlock(g, of: gradientPart(part, of: g.batch)) { block, pixels, group, windows, matrix in
          windows.gather(block, group: group, from: input, to: matrix)
          let gradient =
            outputGradient + block.lowerBound * g.rows.output * g.columns.output * g.outputChannels
          matrixProduct(
            rows: g.depth, columns: g.filtersPerGroup, inner: pixels, matrix, leadingA: g.depth,
            transposeA: true, gradient + group * g.filtersPerGroup, leadingB: g.outputChannels, beta: 1,
            sum + group * g.filtersPerGroup, leadingC: g.outputChannels)
        }
      }
    }
    addParts(sums, count: count, to: result)
  }
}

/// The gradient of a convolution with respect to its input, NHWC, overwritten; also what a transposed convolution computes.
package func convolutionInputGradient(
  _ g: ConvolutionGeometry, outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  let inputSize = g.rows.input * g.columns.input * g.inputChannels
  forEachBlock(g) { block, pixels, group, windows, matrix in
    if group == 0 {
      (result + block.lowerBound * inputSize).update(repeating: 0, count: block.count * inputSize)
    }
    let gradient = outputGradient + block.lowerBound * g.rows.output * g.columns.output * g.outputChannels
    matrixProduct(
      rows: pixels, columns: g.depth, inner: g.filtersPerGroup, gradient + group * g.filtersPerGroup,
      leadingA: g.outputChannels, kernel + group * g.filtersPerGroup, leadingB: g.outputChannels,
      transposeB: true, matrix, leadingC: g.depth)
    windows.scatter(block, group: group, from: matrix, addingTo: result)
  }
}

/// Adds up the parts, always in the same order.
package func addParts(_ sums: UnsafePointer<Float>, count: Int, to result: UnsafeMutablePointer<Float>) {
  parallelFor(count, grain: 4096) { range in
    for index in range {
      var sum = sums[index]
      for part in 1..<gradientParts { sum += sums[part * count + index] }
      result[index] = sum
    }
  }
}

/// Cuts all samples into the fixed parts and those into blocks; parts run on several threads, one part's blocks in order.
private func forEachBlock(
  _ g: ConvolutionGeometry,
  _ body: (Range<Int>, _ pixels: Int, _ group: Int, WindowMatrix, UnsafeMutablePointer<Float>) -> Void
) {
  parallelFor(gradientParts) { parts in
    for part in parts { forEachBlock(g, of: gradientPart(part, of: g.batch), body) }
  }
}

private func forEachBlock(
  _ g: ConvolutionGeometry, of samples: Range<Int>,
  _ body: (Range<Int>, _ pixels: Int, _ group: Int, WindowMatrix, UnsafeMutablePointer<Float>) -> Void
) {
  guard !samples.isEmpty else { return }
  let windows = WindowMatrix(geometry: g)
  let step = min(samples.count, windows.samplesPerBlock)
  Scratch.withFloats(step * windows.floatsPerSample) { matrix in
    for start in stride(from: samples.lowerBound, to: samples.upperBound, by: step) {
      let block = start..<min(start + step, samples.upperBound)
      for group in 0..<g.groups {
        body(block, block.count * g.rows.output * g.columns.output, group, windows, matrix)
      }
    }
  }
}
