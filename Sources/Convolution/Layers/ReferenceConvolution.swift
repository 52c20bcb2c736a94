package import TensorCore

/// Convolution as its definition reads, summed in double precision: what the fast methods are tested against.
package func referenceConvolution(
  _ x: Tensor, kernel: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry
) -> Tensor {
  let (x, w, b) = (x.scalars, kernel.scalars, bias?.scalars)
  let (rows, columns) = (geometry.rows, geometry.columns)
  let (channels, filters) = (geometry.channelsPerGroup, geometry.outputChannels)
  var output: [Float] = []
  for n in 0..<geometry.batch {
    for oy in 0..<rows.output {
      for ox in 0..<columns.output {
        for filter in 0..<filters {
          let firstChannel = filter / geometry.filtersPerGroup * channels
          var sum = Double(b?[filter] ?? 0)
          for ky in 0..<rows.kernel {
            let iy = rows.start(of: oy) + ky * rows.dilation
            guard iy >= 0, iy < rows.input else { continue }
            for kx in 0..<columns.kernel {
              let ix = columns.start(of: ox) + kx * columns.dilation
              guard ix >= 0, ix < columns.input else { continue }
              for c in 0..<channels {
                let value = x[
                  ((n * rows.input + iy) * columns.input + ix) * geometry.inputChannels + firstChannel + c]
                let weight = w[((ky * columns.kernel + kx) * channels + c) * filters + filter]
                sum += Double(value) * Double(weight)
              }
            }
          }
          output.append(Float(sum))
        }
      }
    }
  }
  return Tensor(output, shape: Shape(geometry.outputDimensions))
}

/// Each channel with `multiplier` kernels of its own, kernel `[H, W, C, multiplier]`; output channel `c * multiplier + m`.
package func referenceDepthwiseConvolution(
  _ x: Tensor, kernel: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry
) -> Tensor {
  // The same sums as a convolution of as many groups as channels: HWCM is HW1(CM) in memory.
  referenceConvolution(x, kernel: kernel.reshaped(geometry.kernelShape), bias: bias, geometry)
}
