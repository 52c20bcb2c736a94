package import TensorCore

/// The extents of a transposed convolution: the gradient of a convolution that maps the output's size to the input's.
///
/// Kernel `[H, W, F / groups, C]`, reaching over `k = (size - 1) dilation + 1` pixels. Sizes as Keras (`valid`:
/// `n s + max(k - s, 0)`, `same`: `n s`) or, with explicit margins, as PyTorch: `(n - 1) s + k - margins + outputPadding`.
package struct TransposedGeometry: Sendable, Hashable {
  package let batch: Int
  package let inputHeight: Int
  package let inputWidth: Int
  package let inputChannels: Int
  package let outputHeight: Int
  package let outputWidth: Int
  package let outputChannels: Int
  package let kernelSize: Extent
  package let stride: Extent
  package let dilation: Extent
  package let groups: Int
  /// Rows and columns of the full result that are cut off at the top and the left.
  package let top: Int
  package let left: Int

  /// `nil` when nothing would be left or the channels do not divide into the groups.
  package init?(
    input: Shape, outputChannels: Int, kernelSize: Extent, stride: Extent = 1, dilation: Extent = 1,
    padding: Padding = .valid, outputPadding: Extent = 0, groups: Int = 1
  ) {
    guard input.rank == 4, groups > 0, input[3] % groups == 0, outputChannels % groups == 0 else {
      return nil
    }
    func axis(_ n: Int, _ k: Int, _ s: Int, _ extra: Int, _ before: Int, _ after: Int) -> (Int, Int) {
      switch padding {
      case .valid: (n * s + max(k - s, 0) + extra, 0)
      case .same: (n * s + extra, max(k - s, 0) / 2)
      case .sameLower: (n * s + extra, (max(k - s, 0) + 1) / 2)
      case .explicit: ((n - 1) * s + k - before - after + extra, before)
      }
    }
    var margins = Margins.none
    if case .explicit(let given) = padding { margins = given }
    let reach = kernelSize.reach(dilation: dilation)
    (outputHeight, top) = axis(
      input[1], reach.height, stride.height, outputPadding.height, margins.top, margins.bottom)
    (outputWidth, left) = axis(
      input[2], reach.width, stride.width, outputPadding.width, margins.left, margins.right)
    guard outputHeight > 0, outputWidth > 0 else { return nil }
    batch = input[0]
    inputHeight = input[1]
    inputWidth = input[2]
    inputChannels = input[3]
    self.outputChannels = outputChannels
    self.kernelSize = kernelSize
    self.stride = stride
    self.dilation = dilation
    self.groups = groups
  }

  package var outputDimensions: [Int] { [batch, outputHeight, outputWidth, outputChannels] }
  package var kernelShape: Shape {
    [kernelSize.height, kernelSize.width, outputChannels / groups, inputChannels]
  }
}

/// Transposed convolution as its definition reads: every input pixel adds its kernel to the output.
package func referenceTransposedConvolution(
  _ x: Tensor, kernel: Tensor, bias: Tensor?, _ geometry: TransposedGeometry
) -> Tensor {
  let g = geometry
  let (perGroupIn, perGroupOut) = (g.inputChannels / g.groups, g.outputChannels / g.groups)
  var sums = [Double](repeating: 0, count: g.outputDimensions.reduce(1, *))
  for index in sums.indices { sums[index] = Double(bias?.scalars[index % g.outputChannels] ?? 0) }
  let (x, w) = (x.scalars, kernel.scalars)
  for n in 0..<g.batch {
    for iy in 0..<g.inputHeight {
      for ix in 0..<g.inputWidth {
        for ky in 0..<g.kernelSize.height {
          for kx in 0..<g.kernelSize.width {
            let oy = iy * g.stride.height + ky * g.dilation.height - g.top
            let ox = ix * g.stride.width + kx * g.dilation.width - g.left
            guard oy >= 0, oy < g.outputHeight, ox >= 0, ox < g.outputWidth else { continue }
            for c in 0..<g.inputChannels {
              let value = Double(x[((n * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels + c])
              for f in 0..<perGroupOut {
                let weight = w[((ky * g.kernelSize.width + kx) * perGroupOut + f) * g.inputChannels + c]
                let filter = c / perGroupIn * perGroupOut + f
                sums[((n * g.outputHeight + oy) * g.outputWidth + ox) * g.outputChannels + filter] +=
                  value * Double(weight)
              }
            }
          }
        }
      }
    }
  }
  return Tensor(sums.map(Float.init), shape: Shape(g.outputDimensions))
}

/// Transposed convolution row by row: an output row collects, from each input row that reaches it, one matrix product
/// `[columns, channels] x [channels, kernel columns * filters]`, scattered along the row.
package func convolveTransposed(
  _ geometry: TransposedGeometry, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, epilogue: Epilogue? = nil
) {
  let g = geometry
  let (perGroupIn, perGroupOut) = (g.inputChannels / g.groups, g.outputChannels / g.groups)
  let spread = g.kernelSize.width * perGroupOut
  parallelFor(g.batch * g.outputHeight) { range in
    let products = UnsafeMutablePointer<Float>.allocate(capacity: g.inputWidth * spread)
    defer { products.deallocate() }
    for line in range {
      let (sample, oy) = (line / g.outputHeight, line % g.outputHeight)
      let target = output + line * g.outputWidth * g.outputChannels
      fill(target, pixels: g.outputWidth, channels: g.outputChannels, bias: bias)
      for ky in 0..<g.kernelSize.height {
        let distance = oy + g.top - ky * g.dilation.height
        guard distance >= 0, distance % g.stride.height == 0, distance / g.stride.height < g.inputHeight
        else { continue }
        let iy = distance / g.stride.height
        let source = input + (sample * g.inputHeight + iy) * g.inputWidth * g.inputChannels
        for group in 0..<g.groups {
          matrixProduct(
            rows: g.inputWidth, columns: spread, inner: perGroupIn,
            source + group * perGroupIn, leadingA: g.inputChannels,
            kernel + ky * spread * g.inputChannels + group * perGroupIn, leadingB: g.inputChannels,
            transposeB: true, products, leadingC: spread)
          for ix in 0..<g.inputWidth {
            for kx in 0..<g.kernelSize.width {
              let ox = ix * g.stride.width + kx * g.dilation.width - g.left
              guard ox >= 0, ox < g.outputWidth else { continue }
              let sums = target + ox * g.outputChannels + group * perGroupOut
              let values = products + ix * spread + kx * perGroupOut
              for f in 0..<perGroupOut { sums[f] += values[f] }
            }
          }
        }
      }
      epilogue?(target, g.outputWidth)
    }
  }
}
