public import TensorCore

/// The median of `height` x `width` pixels around each pixel, each channel on its own.
///
/// Of an even number of values it is the upper one of the middle two, and an even window reaches one pixel further up and
/// left than down and right, both as in `scipy.ndimage.median_filter`. NaN counts as the greatest value.
/// - Precondition: `x` is a picture `[H, W]`, `[H, W, C]` or `[N, H, W, C]`, the window is not empty and, with `valid`,
///   fits into it.
public func median(
  _ x: Tensor, height: Int, width: Int, output: OutputMode = .same, boundary: Boundary = .reflect
) -> Tensor {
  let window = Extent(height: height, width: width)
  if let plan = networkPlan(x.shape, window, output, boundary) {
    return Tensor(shape: plan.frame.shape) { plan.runMedian(x, into: $0) }
  }
  return overExtended(x, window: window, output: output, boundary: boundary) { region in
    regionMedian(region, window: window)
  }
}

/// As ``median(_:height:width:output:boundary:)`` into `result`, whose memory is used again when no other tensor
/// shares it and the window is 3x3 or 5x5.
///
/// - Precondition: `result` has the shape that `output` gives.
public func median(
  _ x: Tensor, height: Int, width: Int, output: OutputMode = .same, boundary: Boundary = .reflect,
  into result: inout Tensor
) {
  guard let plan = networkPlan(x.shape, Extent(height: height, width: width), output, boundary) else {
    result = median(x, height: height, width: width, output: output, boundary: boundary)
    return
  }
  precondition(
    result.shape == plan.frame.shape, "a result of \(result.shape) for an output of \(plan.frame.shape)")
  result.withUnsafeMutableScalars { plan.runMedian(x, into: $0) }
}

/// The plan of a window that a network of comparisons is at hand for.
private func networkPlan(_ shape: Shape, _ window: Extent, _ output: OutputMode, _ boundary: Boundary)
  -> SlidePlan?
{
  guard MedianMethod.choice(for: window) == .network else { return nil }
  let frame = SlideFrame(shape: shape, kernel: window, convolving: true, output: output)
  return SlidePlan(
    kernel: .box(height: window.height, width: window.width), frame: frame, boundary: boundary,
    method: .direct)
}

/// How medians are found.
package enum MedianMethod: String, Sendable, CaseIterable {
  /// The values of each window, put in order far enough: what the others are tested against.
  case selection
  /// A fixed network of minima and maxima, many pixels at once; for 3x3 and 5x5.
  case network
  /// Counts of the values in the window, which change little from pixel to pixel.
  case counting

  /// The fastest for a window.
  package static func choice(for window: Extent) -> MedianMethod {
    if window == Extent(3) || window == Extent(5) { return .network }
    return window.height * window.width < 12 ? .selection : .counting
  }

  /// Why it is chosen, for `--explain-method`.
  package var reason: String {
    switch self {
    case .selection: "the window holds few values"
    case .network: "there is a network of comparisons for a window of this size"
    case .counting: "windows beside each other share most of their values"
    }
  }
}

/// The medians of a region whose input comes with its margins.
package func regionMedian(_ region: WindowRegion, window: Extent, by method: MedianMethod? = nil) {
  switch method ?? .choice(for: window) {
  case .selection: medianByDefinition(region, window: window)
  case .counting: medianByCounting(region, window: window)
  case .network:
    region.withRows(of: window.height) { rows in
      withScratch(of: Float.self, planeKernels.median_scratch(region.channels)) { scratch in
        planeKernels.median(
          rows, 0, region.output, region.outputStride, region.height, region.width * region.channels,
          Int32(window.height), region.channels, scratch)
      }
    }
  }
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
func orderedKey(_ value: Float) -> Int32 {
  let bits = Int32(bitPattern: (value.isNaN ? Float.nan : value).bitPattern)
  return bits ^ ((bits >> 31) & 0x7FFF_FFFF)
}

func valueOfKey(_ key: Int32) -> Float {
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
