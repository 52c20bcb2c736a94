/// How a convolution is computed; all methods agree, they differ in time and memory.
package enum ConvolutionMethod: String, Sendable, Hashable, CaseIterable {
  /// One matrix product on the input as it lies.
  case pointwise
  /// Each channel summed directly.
  case depthwise
  /// Matrix products over blocks of gathered windows.
  case im2col

  /// The method expected to be fastest.
  package static func best(for geometry: ConvolutionGeometry) -> ConvolutionMethod {
    if geometry.groups > 1, geometry.channelsPerGroup == 1 { return .depthwise }
    return geometry.isPointwise ? .pointwise : .im2col
  }

  /// Whether the method can compute it at all.
  package func canCompute(_ geometry: ConvolutionGeometry) -> Bool {
    switch self {
    case .pointwise: geometry.isPointwise
    case .depthwise: geometry.channelsPerGroup == 1
    case .im2col: true
    }
  }
}

/// Convolution by the given method.
///
/// Kernel `[H, W, C / groups, F]`, bias `[F]` or `nil`; `epilogue` runs once over every output pixel.
package func convolve(
  _ geometry: ConvolutionGeometry, by method: ConvolutionMethod, input: UnsafePointer<Float>,
  kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>,
  epilogue: Epilogue? = nil
) {
  switch method {
  case .pointwise:
    convolvePointwise(
      geometry, input: input, kernel: kernel, bias: bias, output: output, epilogue: epilogue)
  case .depthwise:
    convolveDepthwise(
      geometry, input: input, kernel: kernel, bias: bias, output: output, epilogue: epilogue)
  case .im2col:
    convolveIm2col(geometry, input: input, kernel: kernel, bias: bias, output: output, epilogue: epilogue)
  }
}
