package import TensorCore

/// Every pixel repeated `factor` times each way.
package func upsampleNearest(
  batch: Int, height: Int, width: Int, channels: Int, factor: Extent, input: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>
) {
  let outputWidth = width * factor.width
  parallelFor(batch * height * factor.height, grain: 4) { range in
    for line in range {
      let source = input + line / factor.height * width * channels
      let target = output + line * outputWidth * channels
      for ox in 0..<outputWidth {
        (target + ox * channels).update(from: source + ox / factor.width * channels, count: channels)
      }
    }
  }
}

/// Bilinear interpolation between pixel centres, border pixels held (Keras, `tf.image.resize`, ONNX `half_pixel`).
package func upsampleBilinear(
  batch: Int, height: Int, width: Int, channels: Int, factor: Extent, input: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>
) {
  let (outputHeight, outputWidth) = (height * factor.height, width * factor.width)
  parallelFor(batch * outputHeight, grain: 4) { range in
    for line in range {
      let (sample, oy) = (line / outputHeight, line % outputHeight)
      let row = Neighbours(of: oy, factor: factor.height, extent: height)
      let upper = input + (sample * height + row.first) * width * channels
      let lower = input + (sample * height + row.second) * width * channels
      for ox in 0..<outputWidth {
        let column = Neighbours(of: ox, factor: factor.width, extent: width)
        let target = output + (line * outputWidth + ox) * channels
        let (left, right) = (column.first * channels, column.second * channels)
        for c in 0..<channels {
          let top = upper[left + c] + (upper[right + c] - upper[left + c]) * column.share
          let bottom = lower[left + c] + (lower[right + c] - lower[left + c]) * column.share
          target[c] = top + (bottom - top) * row.share
        }
      }
    }
  }
}

/// The two input pixels around an output pixel's centre, and the second one's share.
struct Neighbours {
  let first: Int
  let second: Int
  let share: Float

  init(of position: Int, factor: Int, extent: Int) {
    let centre = (Float(position) + 0.5) / Float(factor) - 0.5
    let floor = centre.rounded(.down)
    first = min(max(Int(floor), 0), extent - 1)
    second = min(max(Int(floor) + 1, 0), extent - 1)
    share = centre - floor
  }
}

/// Up-sampling as its definition reads, a pixel at a time.
package func referenceUpSampling(_ x: Tensor, by factor: Extent, bilinear: Bool) -> Tensor {
  let (batch, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  func weights(_ position: Int, _ factor: Int, _ extent: Int) -> [(Int, Double)] {
    guard bilinear else { return [(position / factor, 1)] }
    let centre = min(max((Double(position) + 0.5) / Double(factor) - 0.5, 0), Double(extent - 1))
    let first = Int(centre)
    return [(first, 1 - (centre - Double(first))), (min(first + 1, extent - 1), centre - Double(first))]
  }
  let result = Shape([batch, height * factor.height, width * factor.width, channels])
  var values: [Float] = []
  let scalars = x.scalars
  for n in 0..<batch {
    for oy in 0..<result[1] {
      for ox in 0..<result[2] {
        for c in 0..<channels {
          var sum = 0.0
          for (y, shareY) in weights(oy, factor.height, height) {
            for (x, shareX) in weights(ox, factor.width, width) {
              sum += shareY * shareX * Double(scalars[((n * height + y) * width + x) * channels + c])
            }
          }
          values.append(Float(sum))
        }
      }
    }
  }
  return Tensor(values, shape: result)
}
