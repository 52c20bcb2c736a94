package import TensorCore

/// Resampling as its definition reads: stored values `[H, W, C]` along the columns, then along the rows, each new value
/// the sum of its weighted old ones in their order.
///
/// 8 bits without alpha are rounded between the axes too, as in Pillow; colours beside an alpha, the last channel, are
/// weighed by it. Not for reductions of an axis to a sixteenth or less, which begin with means over blocks.
package func referenceResampling(
  _ stored: Tensor, height: Int, width: Int, _ resampling: Resampling, as type: PixelType, hasAlpha: Bool
) -> Tensor {
  let (oldHeight, oldWidth, channels) = (stored.shape[0], stored.shape[1], stored.shape[2])
  precondition(oldHeight / height < 16 && oldWidth / width < 16, "a reduction that begins with means")
  let full: Float? = hasAlpha && resampling != .nearest ? (type == .uint16 ? 65535 : 255) : nil
  let rows = ResampleTable(from: oldHeight, extent: Double(oldHeight), to: height, resampling)
  let columns = ResampleTable(from: oldWidth, extent: Double(oldWidth), to: width, resampling)
  let top: Float? = type == .uint8 ? 255 : type == .uint16 ? 65535 : nil
  func rounded(_ value: Float) -> Float {
    top.map { Float(Int32(min(max(value, 0), $0) + 0.5)) } ?? value
  }
  var pixels = stored.scalars
  if let full {
    pixels.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { premultiply($0, oldHeight * oldWidth, channels, full) }
    }
  }
  var across = [Float](repeating: 0, count: oldHeight * width * channels)
  for y in 0..<oldHeight {
    for x in 0..<width {
      for channel in 0..<channels {
        var sum: Float = 0
        for tap in 0..<columns.taps {
          let old = (y * oldWidth + Int(columns.starts[x]) + tap) * channels + channel
          sum += columns.weights[x * columns.taps + tap] * pixels[old]
        }
        across[(y * width + x) * channels + channel] = type == .uint8 && full == nil ? rounded(sum) : sum
      }
    }
  }
  var result = [Float](repeating: 0, count: height * width * channels)
  for y in 0..<height {
    for place in 0..<width * channels {
      for tap in 0..<rows.taps where rows.weights[y * rows.taps + tap] != 0 {
        result[y * width * channels + place] +=
          rows.weights[y * rows.taps + tap] * across[(Int(rows.starts[y]) + tap) * width * channels + place]
      }
    }
  }
  if let full {
    result.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { unpremultiply($0, height * width, channels, full) }
    }
  }
  return Tensor(result.map(rounded), shape: [height, width, channels])
}
