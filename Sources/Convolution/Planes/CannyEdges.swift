#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The local part of Canny's edge detector (1986), in the definition of `skimage.feature.canny`: a Gaussian, the
/// unnormalised Sobel gradient, non-maximum suppression between neighbours interpolated along the gradient, two thresholds.
///
/// What is left is to keep the weak pixels that touch strong ones: ``hysteresis(_:height:width:)``.
package struct CannyEdges: Sendable {
  /// How pixels are marked before hysteresis.
  package static let weak: UInt8 = 1
  package static let strong: UInt8 = 2

  /// What an output pixel depends on: the Gaussian, one pixel for the gradient, one for the neighbours' gradients.
  package var window: Extent { Extent(height: kernel.rows + 4, width: kernel.columns + 4) }

  private let kernel: Kernel
  private let smoothing: RegionFilter
  private let low: Float
  private let high: Float

  /// - Parameters:
  ///   - low: gradients from here on may belong to an edge, in the units of the picture's values.
  ///   - high: gradients from here on begin one.
  package init(sigma: Double, low: Float, high: Float) {
    kernel = .gaussian(sigma: sigma)
    smoothing = RegionFilter(kernel)
    self.low = low
    self.high = high
  }

  /// Marks the pixels of a region of one channel: 0, ``weak`` or ``strong``.
  package func mark(_ region: WindowRegion) {
    precondition(region.channels == 1)
    let (height, width) = (region.height, region.width)
    let softWidth = width + 4
    let slopeWidth = width + 2
    let slopes = (height + 2) * slopeWidth
    withScratch(of: Float.self, (height + 4) * softWidth + 3 * slopes) { scratch in
      let soft = scratch
      let x = scratch + (height + 4) * softWidth
      let (y, magnitude) = (x + slopes, x + 2 * slopes)
      smoothing.apply(
        region.input, inputStride: region.inputStride, soft, outputStride: softWidth, height: height + 4,
        width: softWidth, channels: 1)
      for row in 0..<height + 2 {
        let top = soft + row * softWidth
        let (middle, bottom) = (top + softWidth, top + 2 * softWidth)
        for column in 0..<slopeWidth {
          let right = column + 2
          let across =
            (top[right] - top[column]) + 2 * (middle[right] - middle[column])
            + (bottom[right] - bottom[column])
          let down =
            (bottom[column] - top[column]) + 2 * (bottom[column + 1] - top[column + 1])
            + (bottom[right] - top[right])
          let place = row * slopeWidth + column
          x[place] = across
          y[place] = down
          magnitude[place] = (across * across + down * down).squareRoot()
        }
      }
      for row in 0..<height {
        for column in 0..<width {
          let place = (row + 1) * slopeWidth + column + 1
          region.output[row * region.outputStride + column] = Float(
            mark(magnitude + place, across: x[place], down: y[place], stride: slopeWidth))
        }
      }
    }
  }

  /// Marks one pixel by its gradient and the lengths of its neighbours' gradients around `own`.
  private func mark(_ own: UnsafePointer<Float>, across: Float, down: Float, stride: Int) -> UInt8 {
    let length = own[0]
    guard length >= low, length > 0 else { return 0 }
    let (dx, dy) = (abs(across), abs(down))
    // The step to the nearest neighbour ahead, and the one beside it on the gradient's side.
    let diagonal = ((across >= 0) == (down >= 0) || across == 0 || down == 0) ? stride + 1 : 1 - stride
    let straight = dy > dx ? (diagonal > 1 ? stride : -stride) : 1
    let share = dy > dx ? dx / dy : dy / dx
    let ahead = own[diagonal] * share + own[straight] * (1 - share)
    let behind = own[-diagonal] * share + own[-straight] * (1 - share)
    guard ahead <= length, behind <= length else { return 0 }
    return length >= high ? Self.strong : Self.weak
  }

  /// Turns marks into edges: 255 for strong pixels and the weak ones that are joined to them through any of the eight
  /// neighbours, 0 for the rest.
  ///
  /// The outermost frame, whose gradients have no neighbours, is cleared.
  package static func hysteresis(_ marks: UnsafeMutablePointer<UInt8>, height: Int, width: Int) {
    guard height > 2, width > 2 else {
      marks.update(repeating: 0, count: height * width)
      return
    }
    for column in 0..<width {
      marks[column] = 0
      marks[(height - 1) * width + column] = 0
    }
    for row in 0..<height {
      marks[row * width] = 0
      marks[row * width + width - 1] = 0
    }
    let neighbours = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1]
    var open: [Int] = []
    for start in 0..<height * width where marks[start] == strong {
      marks[start] = 255
      open.append(start)
      while let place = open.popLast() {
        // The frame is clear, so a marked pixel has all its neighbours.
        for step in neighbours where marks[place + step] == weak || marks[place + step] == strong {
          marks[place + step] = 255
          open.append(place + step)
        }
      }
    }
    for place in 0..<height * width where marks[place] == weak { marks[place] = 0 }
  }
}
