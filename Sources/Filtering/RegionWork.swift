import Convolution
import Imaging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a filter does to a region, its kernels made ready.
enum RegionWork: Sendable {
  /// The responses to all kernels, added up.
  case sum([RegionFilter], Extent)
  /// One filter after another, over a window that all of them together reach.
  case cascade([RegionFilter], Extent)
  /// The response that is farthest from 0.
  case strongest([RegionFilter], Extent)
  case magnitude(RegionFilter, RegionFilter, Extent)
  case direction(RegionFilter, RegionFilter, Extent)
  case unsharp(RegionFilter, Extent, amount: Float, threshold: Float)
  case median(Extent)
  case bilateral(BilateralFilter)
  case canny(CannyEdges)

  /// - Parameter codeValue: what one code value of 0...255 is in the picture's own range.
  init(_ filter: Filter, output: OutputMode, codeValue: Double) {
    let kernels = filter.kernels
    let filters = kernels.map { RegionFilter($0, convolving: filter.convolves, output: output) }
    let size = kernels.first?.extent ?? 1
    switch filter {
    case .unsharp(_, let amount, let threshold):
      self = .unsharp(filters[0], size, amount: Float(amount), threshold: Float(threshold * codeValue))
    case .median(let height, let width): self = .median(Extent(height: height, width: width))
    case .bilateral(let sigmaSpace, let sigmaRange):
      self = .bilateral(BilateralFilter(sigmaSpace: sigmaSpace, sigmaRange: sigmaRange * codeValue))
    case .canny(let sigma, let low, let high):
      self = .canny(CannyEdges(sigma: sigma, low: Float(low * codeValue), high: Float(high * codeValue)))
    case .gabor: self = .strongest(filters, size)
    case .approximateGaussian:
      self = .cascade(
        filters,
        Extent(
          height: kernels.reduce(1) { $0 + $1.rows - 1 }, width: kernels.reduce(1) { $0 + $1.columns - 1 }))
    default:
      switch filter.component {
      case .magnitude: self = .magnitude(filters[0], filters[1], size)
      case .direction: self = .direction(filters[0], filters[1], size)
      case .x, .y, nil: self = .sum(filters, size)
      }
    }
  }

  /// What an output pixel is made from.
  var window: Extent {
    switch self {
    case .sum(_, let size), .cascade(_, let size), .strongest(_, let size), .magnitude(_, _, let size),
      .direction(_, _, let size),
      .unsharp(_, let size, _, _), .median(let size):
      size
    case .bilateral(let filter): filter.window
    case .canny(let edges): edges.window
    }
  }

  /// Filters a region; the first `colours` channels are colours, an opacity may follow.
  ///
  /// - Parameter drawingHue: whether a direction leaves the angle in a pixel's first channel and the magnitude in the
  ///   second, instead of each channel's angle in its place.
  func run(_ region: RegionBuffers, colours: Int, drawingHue: Bool) {
    let output = region.output
    switch self {
    case .sum(let filters, _):
      apply(filters[0], region, to: output)
      each(filters.dropFirst(), region) { sum, term in sum + term }
    case .cascade(let filters, let size): applyInTurn(filters, region, size)
    case .strongest(let filters, _):
      apply(filters[0], region, to: output)
      each(filters.dropFirst(), region) { best, other in abs(other) > abs(best) ? other : best }
    case .magnitude(let x, let y, _):
      apply(x, region, to: output)
      withFilter(y, region) { planeMagnitude(output, $0, output, count: $1) }
    case .direction(let x, let y, _):
      apply(x, region, to: output)
      withFilter(y, region) { second, count in
        guard drawingHue else {
          for index in 0..<count { output[index] = atan2(second[index], output[index]) }
          return
        }
        for pixel in stride(from: 0, to: count, by: region.channels) {
          let (across, down) = (output[pixel], second[pixel])
          output[pixel] = atan2(down, across)
          output[pixel + 1] = (across * across + down * down).squareRoot()
        }
      }
    case .unsharp(let filter, let size, let amount, let threshold):
      apply(filter, region, to: output)
      sharpen(region, colours: colours, size, amount, threshold)
    case .median(let size): regionMedian(WindowRegion(region), window: size)
    case .bilateral(let filter): filter.apply(WindowRegion(region), colours: colours)
    case .canny(let edges): edges.mark(WindowRegion(region))
    }
  }

  private func apply(_ filter: RegionFilter, _ region: RegionBuffers, to output: UnsafeMutablePointer<Float>)
  {
    filter.apply(
      region.input, inputStride: region.inputStride, output, outputStride: region.outputStride,
      height: region.height, width: region.width, channels: region.channels)
  }

  /// Applies filters one after another; each leaves a region that is smaller by its margins.
  private func applyInTurn(_ filters: [RegionFilter], _ region: RegionBuffers, _ size: Extent) {
    var input = UnsafePointer(region.input)
    var inputStride = region.inputStride
    var (height, width) = (region.height + size.height - 1, region.width + size.width - 1)
    let count = height * width * region.channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { memory in
      guard let memory = memory.baseAddress else { return }
      for (index, filter) in filters.enumerated() {
        let isLast = index == filters.count - 1
        height -= filter.margins.top + filter.margins.bottom
        width -= filter.margins.left + filter.margins.right
        let output = isLast ? region.output : memory + index % 2 * count
        let outputStride = isLast ? region.outputStride : width * region.channels
        filter.apply(
          input, inputStride: inputStride, output, outputStride: outputStride, height: height, width: width,
          channels: region.channels)
        (input, inputStride) = (UnsafePointer(output), outputStride)
      }
    }
  }

  /// Folds the responses to more filters into the output.
  private func each(
    _ filters: ArraySlice<RegionFilter>, _ region: RegionBuffers, _ fold: (Float, Float) -> Float
  ) {
    let output = region.output
    for filter in filters {
      withFilter(filter, region) { more, count in
        for index in 0..<count { output[index] = fold(output[index], more[index]) }
      }
    }
  }

  /// Lends the response to a filter, laid out as the output is, and its number of values.
  private func withFilter(
    _ filter: RegionFilter, _ region: RegionBuffers, _ body: (UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    let count = region.height * region.outputStride
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { memory in
      guard let memory = memory.baseAddress else { return }
      apply(filter, region, to: memory)
      body(memory, count)
    }
  }

  /// Adds what a blur took away, where it took enough; the output holds the blurred region.
  ///
  /// An opacity stays as it was.
  private func sharpen(
    _ region: RegionBuffers, colours: Int, _ size: Extent, _ amount: Float, _ threshold: Float
  ) {
    let channels = region.channels
    for row in 0..<region.height {
      let soft = region.output + row * region.outputStride
      let own =
        region.input + (row + size.height / 2) * region.inputStride + size.width / 2 * channels
      for pixel in stride(from: 0, to: region.width * channels, by: channels) {
        for channel in 0..<channels {
          let value = own[pixel + channel]
          let detail = value - soft[pixel + channel]
          let sharpens = channel < colours && abs(detail) > threshold
          soft[pixel + channel] = sharpens ? value + amount * detail : value
        }
      }
    }
  }
}

extension WindowRegion {
  fileprivate init(_ region: RegionBuffers) {
    self.init(
      input: region.input, inputStride: region.inputStride, output: region.output,
      outputStride: region.outputStride, height: region.height, width: region.width, channels: region.channels
    )
  }
}
