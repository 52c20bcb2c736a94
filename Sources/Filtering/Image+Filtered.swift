public import Convolution
public import Imaging

extension Image {
  /// The picture filtered, streamed region by region when its pixels are asked for.
  ///
  /// Each channel is filtered on its own, in float, on code values (in linear light when `inLinearLight`: sRGB's
  /// transfer curve is undone before and done after). 8 bits give 8 bits, 16 give 16, floats give floats, which no
  /// range changes. Pages of an animation are filtered one by one. Colours are weighted by their alpha, so transparent
  /// pixels leave no halo; a derivative keeps the picture's own alpha. `constant(v)` is a value 0...255, opaque.
  ///
  /// `range` is how results become pixels, ``Filter/defaultRange`` when `nil`; ``OutputRange/stretch`` and
  /// ``OutputRange/symmetric`` read the picture once more, to measure it. ``Boundary/wrap`` needs the far side of the
  /// picture, so a file that is no tiled TIFF is then decoded as a whole, to disc when it is large.
  ///
  /// `stride` keeps every stride-th pixel of every stride-th row, the first ones included, as a strided layer does.
  ///
  /// Throws ``FilteringError`` when `valid` has no pixels or the kernel is too large, and ``ImagingError``.
  public func filtered(
    by filter: Filter, output: OutputMode = .same, boundary: Boundary = .constant(0),
    range: OutputRange? = nil, inLinearLight: Bool = false, stride: Int = 1
  ) throws -> Image {
    if case .canny(let sigma, let low, let high) = filter {
      return try edges(
        sigma: sigma, low: low, high: high, output: output, boundary: boundary, inLinearLight: inLinearLight
      ).strided(by: stride)
    }
    let range = range ?? filter.defaultRange
    let storesIntegers = pixelType == .uint8 || pixelType == .uint16
    let drawsHue = filter.component == .direction && range == .fixed && storesIntegers
    // A direction's colour says where the whole picture changes, not each of its channels.
    let source = drawsHue ? try flattened(over: [0]).grayscale().colour() : self
    let plan = try FilterPlan(
      filter, of: source, output: output, boundary: boundary, inLinearLight: inLinearLight)
    @Sendable func result(_ type: PixelType, _ mapping: ValueMapping) throws(ImagingError) -> Image {
      try source.filteringRegions(through: plan.window, as: type) { plan.run($0, mapping) }
        .strided(by: stride)
    }
    guard storesIntegers else { return try result(.float32, .asIs) }
    let type = pixelType
    switch range {
    case .clip: return try result(type, .asIs)
    case .fixed: return try result(type, filter.fixedMapping(top: plan.top, drawingHue: drawsHue))
    case .stretch, .symmetric:
      // Filtered twice: once to find the least and greatest value, once to put them where they belong.
      let raw = try result(.float32, .asIs)
      let outline = try result(type, .asIs)
      return deferring(like: outline) { () throws(ImagingError) in
        let extremes = try raw.extremes()
        return try result(
          type, range == .stretch ? .stretching(extremes, plan.top) : .centring(extremes, plan.top))
      }
    }
  }

  /// Marks edges region by region, then joins them over the whole picture.
  private func edges(
    sigma: Double, low: Double, high: Double, output: OutputMode, boundary: Boundary, inLinearLight: Bool
  ) throws -> Image {
    let type: PixelType = pixelType == .uint8 || pixelType == .uint16 ? .uint8 : .float32
    let source = try flattened(over: [0]).grayscale()
    let plan = try FilterPlan(
      .canny(sigma: sigma, low: low, high: high), of: source, output: output, boundary: boundary,
      inLinearLight: inLinearLight)
    return try source.filteringRegions(through: plan.window, as: .uint8) { plan.run($0, .asIs) }
      .rewritten(as: type) { pixels, height, width in
        CannyEdges.hysteresis(pixels, height: height, width: width)
      }
  }
}

/// How a result becomes a value of the picture's type.
struct ValueMapping: Sendable, Equatable {
  var scale: Float
  var offset: Float
  /// Whether three channels are made the colour of a direction, as bright as `scale` times its magnitude.
  var drawsHue = false

  static let asIs = ValueMapping(scale: 1, offset: 0)

  /// The least value to 0, the greatest to the top; mid-grey where there is only one.
  static func stretching(_ extremes: ClosedRange<Float>, _ top: Float) -> ValueMapping {
    let scale = top / (extremes.upperBound - extremes.lowerBound)
    guard scale.isFinite else { return ValueMapping(scale: 0, offset: top / 2) }
    return ValueMapping(scale: scale, offset: -extremes.lowerBound * scale)
  }

  /// 0 to mid-grey, the greatest absolute value to an end.
  static func centring(_ extremes: ClosedRange<Float>, _ top: Float) -> ValueMapping {
    let reach = max(abs(extremes.lowerBound), abs(extremes.upperBound))
    return ValueMapping(scale: reach > 0 ? top / 2 / reach : 0, offset: top / 2)
  }
}

extension Filter {
  /// ``OutputRange/fixed`` for a picture whose values end at `top`.
  func fixedMapping(top: Float, drawingHue: Bool = false) -> ValueMapping {
    let (positive, isSigned) = fullResponse
    let full = Float(positive)
    if drawingHue { return ValueMapping(scale: 1 / full, offset: 0, drawsHue: true) }
    if component == .direction { return ValueMapping(scale: top / (2 * .pi), offset: top / 2) }
    if component == .magnitude || !isSigned { return ValueMapping(scale: 1 / full, offset: 0) }
    return ValueMapping(scale: 0.5 / full, offset: top / 2)
  }
}
