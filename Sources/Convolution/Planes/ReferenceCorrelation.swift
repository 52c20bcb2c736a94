/// The definition, as directly as it can be written: for each output pixel the sum over all taps, in double precision.
func correlateByDefinition(
  _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ taps: [Float], _ frame: SlideFrame,
  _ boundary: Boundary
) {
  let (input, output, kernel, channels) = (frame.input, frame.output, frame.kernel, frame.channels)
  var constant = 0.0
  if case .constant(let value) = boundary { constant = Double(value) }
  for sample in 0..<frame.samples {
    for row in 0..<output.height {
      for column in 0..<output.width {
        for channel in 0..<channels {
          var sum = 0.0
          for a in 0..<kernel.height {
            let y = boundary.source(of: row - frame.top + a, count: input.height)
            for b in 0..<kernel.width {
              let x = boundary.source(of: column - frame.left + b, count: input.width)
              var pixel = constant
              if let y, let x {
                pixel = Double(source[((sample * input.height + y) * input.width + x) * channels + channel])
              }
              sum += Double(taps[a * kernel.width + b]) * pixel
            }
          }
          target[((sample * output.height + row) * output.width + column) * channels + channel] = Float(sum)
        }
      }
    }
  }
}
