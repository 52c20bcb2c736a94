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
  /// Throws ``FilteringError`` when `valid` has no pixels or the kernel is too large, and ``ImagingError``.
  public func filtered(
    by filter: Filter, output: OutputMode = .same, boundary: Boundary = .constant(0),
    range: OutputRange? = nil, inLinearLight: Bool = false
  ) throws -> Image {
    let plan = try FilterPlan(
      filter, of: self, output: output, boundary: boundary, inLinearLight: inLinearLight)
    guard pixelType == .uint8 || pixelType == .uint16 else {
      return try filteringRegions(through: plan.window, as: .float32) { plan.run($0, scale: 1, offset: 0) }
    }
    let type = pixelType
    switch range ?? filter.defaultRange {
    case .clip:
      return try filteringRegions(through: plan.window, as: type) { plan.run($0, scale: 1, offset: 0) }
    case .fixed:
      let (scale, offset) = filter.fixedMapping(top: plan.top)
      return try filteringRegions(through: plan.window, as: type) {
        plan.run($0, scale: scale, offset: offset)
      }
    case .stretch:
      return try mappingMeasured(through: plan) { least, greatest in
        guard greatest > least else { return (0, plan.top / 2) }
        let scale = plan.top / (greatest - least)
        return (scale, -least * scale)
      }
    case .symmetric:
      return try mappingMeasured(through: plan) { least, greatest in
        let reach = max(abs(least), abs(greatest))
        return (reach > 0 ? plan.top / 2 / reach : 0, plan.top / 2)
      }
    }
  }

  /// Filters twice: once to find the least and greatest value, once to put them where `mapping` says.
  private func mappingMeasured(
    through plan: FilterPlan,
    _ mapping: @escaping @Sendable (_ least: Float, _ greatest: Float) -> (scale: Float, offset: Float)
  ) throws -> Image {
    let type = pixelType
    let results = try filteringRegions(through: plan.window, as: .float32) {
      plan.run($0, scale: 1, offset: 0)
    }
    return try deferring(like: filteringRegions(through: plan.window, as: type) { _ in }) {
      () throws(ImagingError) in
      let extremes = try results.extremes()
      let (scale, offset) = mapping(extremes.lowerBound, extremes.upperBound)
      return try filteringRegions(through: plan.window, as: type) {
        plan.run($0, scale: scale, offset: offset)
      }
    }
  }
}

extension Filter {
  /// ``OutputRange/fixed`` for a picture whose values end at `top`.
  func fixedMapping(top: Float) -> (scale: Float, offset: Float) {
    if component == .direction { return (top / (2 * .pi), top / 2) }
    let positive = kernels[0].taps.reduce(0) { $0 + max($1, 0) }
    let negative = kernels[0].taps.reduce(0) { $0 + min($1, 0) }
    let full = positive > 0 ? positive : 1
    if component == .magnitude { return (1 / full, 0) }
    return negative < 0 ? (0.5 / full, top / 2) : (1 / full, 0)
  }
}
