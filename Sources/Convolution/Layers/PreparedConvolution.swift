package import TensorCore

/// A convolution with its method chosen and its weights packed for it: once when a network is compiled, then applied to
/// any number of inputs.
///
/// ```swift
/// let convolution = PreparedConvolution(geometry, kernel: kernel, bias: bias)
/// convolution.apply(to: Pixels(x, stride: 64), into: MutablePixels(y, stride: 128), finish: .relu)
/// ```
package struct PreparedConvolution: Sendable {
  package let geometry: ConvolutionGeometry
  package let method: ConvolutionMethod
  let kernels: LayerKernels
  /// Packed weights, of the layout that the method wants.
  private(set) var weights: TensorStorage
  let bias: TensorStorage?
  /// A pixel of padding.
  let zeros: TensorStorage

  /// Packs `kernel`, `[H, W, C / groups, F]`, and `bias`, `[F]`; `method` must be able to compute the geometry.
  package init(
    _ geometry: ConvolutionGeometry, by method: ConvolutionMethod? = nil, kernel: Tensor, bias: Tensor?,
    on kernels: LayerKernels = .best
  ) {
    let method = method ?? .best(for: geometry)
    precondition(method.canCompute(geometry) && kernel.shape.count == geometry.kernelShape.count)
    self.geometry = geometry
    self.method = method
    self.kernels = kernels
    self.bias = bias?.storage
    zeros = TensorStorage(uninitialized: geometry.inputChannels)
    zeros.base.update(repeating: 0, count: geometry.inputChannels)
    let (w, b) = (UnsafePointer(kernel.storage.base), bias.map { UnsafePointer($0.storage.base) })
    switch method {
    case .indirect, .kernelRows:
      weights = kernels.packed(
        geometry.groups, depth: geometry.depth, columns: geometry.filtersPerGroup,
        stride: geometry.outputChannels, w, distance: geometry.filtersPerGroup, bias: b,
        biasDistance: geometry.filtersPerGroup)
    case .depthwise:
      weights = kernel.storage
    case .winograd4, .winograd2:
      weights = winogradWeights(geometry, kernel: w, tile: method == .winograd4 ? 4 : 2, on: kernels)
    }
    withExtendedLifetime((kernel, bias)) {}
  }

  /// Whether the input's channels may be gated on their way.
  package var takesGates: Bool { method.takesGates(geometry) }

  /// The memory of the packed weights, in bytes.
  package var packedBytes: Int { weights.count * MemoryLayout<Float>.stride }

  /// Whether the weights are a copy of its own.
  package var isPacked: Bool { method != .depthwise }

  /// The same, its weights read from `place` on in memory that it shares with others.
  package func movingWeights(to shelf: TensorStorage, at place: Int) -> PreparedConvolution {
    precondition(place >= 0 && place + weights.count <= shelf.count)
    let floats = shelf.base + place
    floats.update(from: weights.base, count: weights.count)
    var moved = self
    moved.weights = TensorStorage(
      borrowing: UnsafeBufferPointer(start: floats, count: weights.count), from: shelf)
    return moved
  }

  /// Computes all output pixels.
  ///
  /// Output and input must not overlap; the residual may lie where the output does. `gates`, a pixel for each sample, are
  /// numbers that the input's channels are multiplied by first; only where ``takesGates``.
  package func apply(
    to input: Pixels, gates: Pixels? = nil, into output: MutablePixels, finish: Finish = .none
  ) {
    guard geometry.outputPixels > 0, geometry.outputChannels > 0 else { return }
    precondition(gates == nil || takesGates)
    switch method {
    case .indirect: applyIndirect(input, gates, output, finish)
    case .kernelRows: applyKernelRows(input, output, finish)
    case .depthwise: applyDepthwise(input, output, finish)
    case .winograd4: applyWinograd(input, output, finish, tile: 4)
    case .winograd2: applyWinograd(input, output, finish, tile: 2)
    }
  }
}

/// Pixels of an NHWC picture or of a slice of its channels: the first, and the floats from one to the next.
package struct Pixels {
  package let start: UnsafePointer<Float>
  package let stride: Int

  package init(_ start: UnsafePointer<Float>, stride: Int) {
    self.start = start
    self.stride = stride
  }

  package init(_ pixels: MutablePixels) { self.init(pixels.start, stride: pixels.stride) }
}

/// ``Pixels`` to be written.
package struct MutablePixels {
  package let start: UnsafeMutablePointer<Float>
  package let stride: Int

  package init(_ start: UnsafeMutablePointer<Float>, stride: Int) {
    self.start = start
    self.stride = stride
  }
}

/// What happens to a sum on its way to memory: a residual of the output's extents is added, it is clamped, a function taken.
package struct Finish {
  package var residual: Pixels?
  package var low: Float
  package var high: Float
  package var function: StoredFunction?

  package init(
    residual: Pixels? = nil, low: Float = -.infinity, high: Float = .infinity, function: StoredFunction? = nil
  ) {
    self.residual = residual
    self.low = low
    self.high = high
    self.function = function
  }

  package static var none: Finish { Finish() }
  package static var relu: Finish { Finish(low: 0) }
}
