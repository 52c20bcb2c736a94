public import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The mean around each pixel, weighted by nearness and by likeness: noise goes, edges stay (Tomasi and Manduchi 1998).
///
/// OpenCV's definition (`bilateralFilter` with `d` 0): a disc of radius `1.5 sigmaSpace`, at least 1; weights
/// `exp(-distance² / 2 sigmaSpace²) exp(-difference² / 2 sigmaRange²)`, where the difference of two colours is the sum of
/// its channels' absolute differences, so that all channels of a pixel share their weights.
/// - Precondition: `x` is a picture `[H, W]`, `[H, W, C]` or `[N, H, W, C]`, both deviations above 0 and finite.
public func bilateral(
  _ x: Tensor, sigmaSpace: Double, sigmaRange: Double, boundary: Boundary = .mirror
) -> Tensor {
  let filter = BilateralFilter(sigmaSpace: sigmaSpace, sigmaRange: sigmaRange)
  return overExtended(x, window: filter.window, output: .same, boundary: boundary) { region in
    filter.apply(region, colours: region.channels)
  }
}

/// The weights of a bilateral filter, made once for a picture.
package struct BilateralFilter: Sendable {
  /// The square around the disc.
  package var window: Extent { Extent(height: 2 * radius + 1, width: 2 * radius + 1) }

  private let radius: Int
  private let places: [(row: Int, column: Int, weight: Float)]
  /// The weights of differences, `binsPerUnit` of them for each unit; 0 from the last on.
  private let likeness: [Float]
  private let binsPerUnit: Float

  /// Halves are rounded to the even neighbour, as OpenCV does.
  package static func radius(sigmaSpace: Double) -> Double {
    max(1, (1.5 * sigmaSpace).rounded(.toNearestOrEven))
  }

  package init(sigmaSpace: Double, sigmaRange: Double) {
    precondition(sigmaSpace > 0 && sigmaRange > 0 && sigmaSpace.isFinite && sigmaRange.isFinite)
    let radius = Int(Self.radius(sigmaSpace: sigmaSpace))
    self.radius = radius
    var places: [(row: Int, column: Int, weight: Float)] = []
    for row in -radius...radius {
      for column in -radius...radius {
        let square = Double(row * row + column * column)
        guard square <= Double(radius * radius) else { continue }
        places.append((row, column, Float(exp(-square / (2 * sigmaSpace * sigmaSpace)))))
      }
    }
    self.places = places
    // Linear between 4096 values up to 6.5 deviations: within 4e-7 of the exponential.
    let count = 4096
    let end = 6.5
    likeness =
      (0..<count).map { index in
        let deviations = Double(index) / Double(count) * end
        return Float(exp(-0.5 * deviations * deviations))
      } + [0, 0]
    binsPerUnit = Float(Double(count) / (end * sigmaRange))
  }

  /// Filters a region; the first `colours` channels decide on likeness, the others go along.
  package func apply(_ region: WindowRegion, colours: Int) {
    let channels = region.channels
    let offsets = places.map { place in
      (
        step: (radius + place.row) * region.inputStride + (radius + place.column) * channels,
        weight: place.weight
      )
    }
    let centre = radius * region.inputStride + radius * channels
    let last = Float(likeness.count - 2)
    likeness.withUnsafeBufferPointer { likeness in
      offsets.withUnsafeBufferPointer { offsets in
        withScratch(of: Float.self, channels) { sums in
          for row in 0..<region.height {
            for column in 0..<region.width {
              let corner = region.input + row * region.inputStride + column * channels
              let own = corner + centre
              for channel in 0..<channels { sums[channel] = 0 }
              var total: Float = 0
              for offset in offsets {
                let other = corner + offset.step
                var difference: Float = 0
                for channel in 0..<colours { difference += abs(other[channel] - own[channel]) }
                let place = difference * binsPerUnit
                // Also false for NaN, which then weighs nothing.
                guard place < last else { continue }
                let bin = Int(place)
                let share = place - Float(bin)
                let weight =
                  offset.weight * (likeness[bin] + share * (likeness[bin + 1] - likeness[bin]))
                total += weight
                for channel in 0..<channels { sums[channel] += weight * other[channel] }
              }
              let result = region.output + row * region.outputStride + column * channels
              for channel in 0..<channels {
                // The pixel itself always counts, unless it is no number.
                result[channel] = total > 0 ? sums[channel] / total : own[channel]
              }
            }
          }
        }
      }
    }
  }
}
