package import TensorCore

/// The gradients of a convolution as their definitions read, summed in double precision.
///
/// Returns those with respect to the kernel (HWIO), the bias (`[O]`) and the input (NHWC).
package func referenceConvolutionGradients(
  _ x: Tensor, kernel: Tensor, outputGradient: Tensor, _ g: ConvolutionGeometry
) -> (kernel: Tensor, bias: Tensor, input: Tensor) {
  let (x, w, dz) = (x.scalars, kernel.scalars, outputGradient.scalars)
  var dw = [Double](repeating: 0, count: w.count)
  var db = [Double](repeating: 0, count: g.outputChannels)
  var dx = [Double](repeating: 0, count: x.count)
  for n in 0..<g.batch {
    for oy in 0..<g.rows.output {
      for ox in 0..<g.columns.output {
        for filter in 0..<g.outputChannels {
          let gradient = Double(
            dz[((n * g.rows.output + oy) * g.columns.output + ox) * g.outputChannels + filter])
          db[filter] += gradient
          let firstChannel = filter / g.filtersPerGroup * g.channelsPerGroup
          for ky in g.rows.taps(at: oy) {
            let iy = g.rows.start(of: oy) + ky * g.rows.dilation
            for kx in g.columns.taps(at: ox) {
              let ix = g.columns.start(of: ox) + kx * g.columns.dilation
              for c in 0..<g.channelsPerGroup {
                let place =
                  ((n * g.rows.input + iy) * g.columns.input + ix) * g.inputChannels + firstChannel + c
                let tap = ((ky * g.columns.kernel + kx) * g.channelsPerGroup + c) * g.outputChannels + filter
                dw[tap] += Double(x[place]) * gradient
                dx[place] += Double(w[tap]) * gradient
              }
            }
          }
        }
      }
    }
  }
  return (
    Tensor(dw.map(Float.init), shape: g.kernelShape), Tensor(db.map(Float.init), shape: [g.outputChannels]),
    Tensor(dx.map(Float.init), shape: [g.batch, g.rows.input, g.columns.input, g.inputChannels])
  )
}
