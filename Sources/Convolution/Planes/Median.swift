public import TensorCore

/// The median of `height` x `width` pixels around each pixel, each channel on its own.
///
/// Of an even number of values it is the upper one of the middle two, as in `scipy.ndimage.median_filter`; a window
/// leans as a kernel of its size does (``OutputMode``). NaN counts as the greatest value.
/// - Precondition: `x` is a picture `[H, W]`, `[H, W, C]` or `[N, H, W, C]`, the window is not empty and, with `valid`,
///   fits into it.
public func median(
  _ x: Tensor, height: Int, width: Int, output: OutputMode = .same, boundary: Boundary = .reflect
) -> Tensor {
  let window = Extent(height: height, width: width)
  return overExtended(x, window: window, output: output, boundary: boundary) { region in
    regionMedian(region, window: window)
  }
}

/// The medians of a region whose input comes with its margins.
package func regionMedian(_ region: WindowRegion, window: Extent) {
  medianByDefinition(region, window: window)
}

/// The definition: the values of each window, the middle one of them.
func medianByDefinition(_ region: WindowRegion, window: Extent) {
  let count = window.height * window.width
  let channels = region.channels
  withScratch(of: Int32.self, count) { keys in
    for row in 0..<region.height {
      for column in 0..<region.width {
        for channel in 0..<channels {
          var place = 0
          for a in 0..<window.height {
            let line = region.input + (row + a) * region.inputStride + column * channels + channel
            for b in 0..<window.width {
              keys[place] = orderedKey(line[b * channels])
              place += 1
            }
          }
          region.output[row * region.outputStride + column * channels + channel] =
            valueOfKey(select(count / 2, of: keys, count: count))
        }
      }
    }
  }
}

/// Integers in the order of the floats they stand for, NaN last; so that sorting is safe for any input.
private func orderedKey(_ value: Float) -> Int32 {
  let bits = Int32(bitPattern: (value.isNaN ? Float.nan : value).bitPattern)
  return bits ^ ((bits >> 31) & 0x7FFF_FFFF)
}

private func valueOfKey(_ key: Int32) -> Float {
  Float(bitPattern: UInt32(bitPattern: key ^ ((key >> 31) & 0x7FFF_FFFF)))
}

/// The value that stands at `rank` when all are sorted (Hoare's selection); changes their order.
private func select(_ rank: Int, of keys: UnsafeMutablePointer<Int32>, count: Int) -> Int32 {
  var (low, high) = (0, count - 1)
  while low < high {
    let pivot = keys[low + (high - low) / 2]
    var (left, right) = (low, high)
    while left <= right {
      while keys[left] < pivot { left += 1 }
      while keys[right] > pivot { right -= 1 }
      if left <= right {
        (keys[left], keys[right]) = (keys[right], keys[left])
        left += 1
        right -= 1
      }
    }
    if rank <= right {
      high = right
    } else if rank >= left {
      low = left
    } else {
      break
    }
  }
  return keys[rank]
}
