/// A picture of 8 bits a value, as decoders give it and encoders take it: rows of interleaved channels.
///
/// ```swift
/// let soft = correlate(BytePicture(height: 480, width: 640, bytes: grey), .gaussian(sigma: 2), boundary: .reflect)
/// ```
///
/// Filters compute in floats and round once, half away from zero, clipped to 0...255: a result is what the filter of
/// floats gives, rounded. Fixed-point arithmetic would be no faster here, for what bounds these filters is memory, and
/// memory holds bytes either way.
public struct BytePicture: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// Values a pixel.
  public let channels: Int
  /// `height * width * channels` values.
  public internal(set) var bytes: [UInt8]

  /// Traps when the number of bytes is another or one of the extents is below 1.
  public init(height: Int, width: Int, channels: Int = 1, bytes: [UInt8]) {
    precondition(
      height > 0 && width > 0 && channels > 0 && bytes.count == height * width * channels,
      "\(bytes.count) bytes for \(height)x\(width)x\(channels)")
    self.height = height
    self.width = width
    self.channels = channels
    self.bytes = bytes
  }

  /// A black picture.
  public init(height: Int, width: Int, channels: Int = 1) {
    self.init(
      height: height, width: width, channels: channels,
      bytes: [UInt8](repeating: 0, count: height * width * channels))
  }
}

/// Correlates a picture of bytes; otherwise as ``correlate(_:_:output:boundary:)``.
public func correlate(
  _ x: BytePicture, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> BytePicture {
  var result = BytePicture(like: x, kernel.extent, output)
  correlate(x, kernel, output: output, boundary: boundary, into: &result)
  return result
}

/// As ``correlate(_:_:output:boundary:)-(BytePicture,_,_,_)`` into `result`, whose memory is used again when no other
/// picture shares it.
///
/// - Precondition: `result` has the size that `output` gives.
public func correlate(
  _ x: BytePicture, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0),
  into result: inout BytePicture
) {
  if let factor = kernel.meanFactor, boundary.isByte {
    return mean(x, window: kernel.extent, factor: factor, output: output, boundary: boundary, into: &result)
  }
  let filter = RegionFilter(kernel, output: output)
  let blocks = ByteBlocks(x, window: kernel.extent, output: output, boundary: boundary, unit: filter.unit)
  result.bytes.withUnsafeMutableBufferPointer { result in
    blocks.run(x, into: result) { region in
      filter.apply(
        region.input, inputStride: region.inputStride, region.output, outputStride: region.outputStride,
        height: region.height, width: region.width, channels: region.channels)
    }
  }
}

/// The mean over a window, in integers.
private func mean(
  _ x: BytePicture, window: Extent, factor: Float, output: OutputMode, boundary: Boundary,
  into result: inout BytePicture
) {
  let blocks = ByteBlocks(x, window: window, output: output, boundary: boundary, carriesRows: true)
  result.bytes.withUnsafeMutableBufferPointer { result in
    blocks.runOnBytes(x, into: result) { rows, output, outputStride, height, width, channels in
      withScratch(of: Float.self, planeKernels.box_bytes_scratch(width, window.width, channels)) { scratch in
        planeKernels.box_bytes(
          rows, 0, output, outputStride, height, width, window.height, window.width, channels, factor, scratch
        )
      }
    }
  }
}

/// The length of the gradient of a picture of bytes, rounded and clipped; otherwise as
/// ``gradientMagnitude(_:_:output:boundary:into:)``.
public func gradientMagnitude(
  _ x: BytePicture, _ kernels: GradientOperator, output: OutputMode = .same,
  boundary: Boundary = .constant(0), into result: inout BytePicture
) {
  let (edge, centre) = kernels.smoothing
  let blocks = ByteBlocks(x, window: 3, output: output, boundary: boundary)
  result.bytes.withUnsafeMutableBufferPointer { result in
    blocks.run(x, into: result) { region in
      region.withRows(of: 3) { rows in
        planeKernels.gradient(
          rows, 0, region.output, region.outputStride, region.height, region.width * region.channels,
          region.channels, edge, centre)
      }
    }
  }
}

/// The median of a picture of bytes, as ``median(_:height:width:output:boundary:)``.
///
/// 3x3 and 5x5 windows are compared as bytes, many at a time; large ones count the values of each column.
public func median(
  _ x: BytePicture, height: Int, width: Int, output: OutputMode = .same, boundary: Boundary = .reflect,
  into result: inout BytePicture
) {
  let window = Extent(height: height, width: width)
  let method = MedianMethod.choice(for: window)
  let blocks = ByteBlocks(
    x, window: window, convolving: true, output: output, boundary: boundary,
    carriesRows: method == .counting)
  result.bytes.withUnsafeMutableBufferPointer { result in
    switch method {
    case .network:
      blocks.runOnBytes(x, into: result) { rows, output, outputStride, height, width, channels in
        withScratch(of: Float.self, planeKernels.median_scratch(channels)) { scratch in
          planeKernels.median_bytes(
            rows, 0, output, outputStride, height, width, Int32(window.height), channels, scratch)
        }
      }
    case .counting where window.canBeCounted:
      blocks.runOnBytes(x, into: result) { rows, output, outputStride, height, width, channels in
        mediansByCounting(rows, output, outputStride, height, width / channels, channels, window: window)
      }
    case .counting, .selection: blocks.run(x, into: result) { regionMedian($0, window: window) }
    }
  }
}

extension Kernel {
  /// The tap of a kernel whose taps are all equal and whose sums fit the integers they are made in; `nil` for others.
  fileprivate var meanFactor: Float? {
    guard rows <= 257, rows * columns <= 8_000_000, let factors, factors.isUniform else { return nil }
    let tap = factors.column[0] * factors.row[0]
    // A sum that grows beyond 255 would have to be clipped.
    return tap > 0 && tap * Float(rows * columns) <= 1.0001 ? tap : nil
  }
}

extension Boundary {
  /// Whether what lies outside is a byte too.
  fileprivate var isByte: Bool {
    if case .constant(let value) = self { return UInt8(exactly: value) != nil }
    return true
  }
}

extension BytePicture {
  /// A black picture of the size of this one's filtered by a window.
  fileprivate init(like x: BytePicture, _ window: Extent, _ output: OutputMode) {
    let frame = SlideFrame(
      shape: [x.height, x.width, x.channels], kernel: window, convolving: false, output: output)
    self.init(height: frame.output.height, width: frame.output.width, channels: x.channels)
  }
}
