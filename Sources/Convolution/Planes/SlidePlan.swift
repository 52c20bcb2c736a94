import TensorCore

/// A correlation made ready: geometry, border and method chosen, for any number of pictures of one shape.
struct SlidePlan: Sendable {
  let kernel: Kernel
  let frame: SlideFrame
  let boundary: Boundary
  let method: CorrelationMethod
  private let terms: [Kernel.Factors]

  /// - Parameters:
  ///   - kernel: as it is slid, flipped already for a convolution.
  ///   - method: one that can compute this kernel, or `nil` for the cheapest.
  init(kernel: Kernel, frame: SlideFrame, boundary: Boundary, method: CorrelationMethod?) {
    self.kernel = kernel
    self.frame = frame
    self.boundary = boundary
    guard method != .reference, method != .direct else {
      self.method = method ?? .direct
      terms = []
      return
    }
    let (choice, terms) = CorrelationMethod.plan(for: kernel, output: frame.output, asked: method)
    self.method = choice.method
    precondition(
      choice.costs[self.method] != nil, "\(self.method) cannot compute this kernel of \(kernel.extent)")
    self.terms = terms ?? []
  }

  func run(_ x: Tensor, into target: UnsafeMutableBufferPointer<Float>) {
    x.withUnsafeScalars { source in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      let size = frame.kernel
      switch method {
      case .reference:
        correlateByDefinition(source, target, kernel.taps, frame, boundary)
      case .direct:
        kernel.taps.withUnsafeBufferPointer { taps in
          guard let taps = taps.baseAddress else { return }
          nonisolated(unsafe) let firstTap = taps
          overBlocks(source, target, cost: size.height * size.width) { block in block.correlate(firstTap) }
        }
      case .separable:
        overBlocks(source, target, cost: terms.count * (size.height + size.width)) { block in
          for (index, factors) in terms.enumerated() { block.correlate(factors, adding: index > 0) }
        }
      case .box:
        let tap = terms[0].column[0] * terms[0].row[0]
        overBlocks(source, target, cost: 16, shared: size.height - 1) { block in block.sum(tap: tap) }
      case .fft:
        guard let tile = TransformTile.cheapest(for: size, output: frame.output) else { return }
        let tiles = BorderedTiles(
          border: PlaneBorder(frame: frame, boundary: boundary),
          filter: TransformFilter(taps: kernel.taps, kernel: size, tile: tile.extent))
        tiles.border.withConstantRow { tiles.run(source: source, target: target, constantRow: $0) }
      }
    }
  }

  /// The magnitude of the gradient, whose derivatives are never kept.
  func runMagnitude(_ x: Tensor, _ kernels: GradientOperator, into target: UnsafeMutableBufferPointer<Float>)
  {
    let (edge, centre) = kernels.smoothing
    x.withUnsafeScalars { source in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      overBlocks(source, target, cost: 12) { block in block.gradientMagnitude(edge: edge, centre: centre) }
    }
  }

  /// The medians of the kernel's window, whose taps do not count.
  func runMedian(_ x: Tensor, into target: UnsafeMutableBufferPointer<Float>) {
    x.withUnsafeScalars { source in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      overBlocks(source, target, cost: frame.kernel.height * frame.kernel.width) { block in block.median() }
    }
  }

  /// Cuts the output into blocks of rows, shares them out over the threads, and lends each its bordered input.
  ///
  /// - Parameters:
  ///   - cost: of an output pixel, in products.
  ///   - shared: the input rows that one block has to sum up before its first output; where there are such, a block is
  ///     as high as it can be without leaving a thread idle.
  private func overBlocks(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, cost: Int, shared: Int? = nil,
    _ body: (BorderedBlock) -> Void
  ) {
    let border = PlaneBorder(frame: frame, boundary: boundary)
    // Blocks of whole register blocks (3 or 4 rows), small enough for two threads to share a small picture.
    let unit = frame.output.height > 192 ? 12 : 4
    let units = (frame.output.height + unit - 1) / unit
    var grain = max(1, 1 << 18 / max(1, unit * frame.outputStride * cost))
    if let shared {
      grain = max(grain, min(4 * shared / unit, (units + Parallelism.threads - 1) / Parallelism.threads))
    }
    nonisolated(unsafe) let (source, target) = (source, target)
    border.withConstantRow { constantRow in
      nonisolated(unsafe) let constantRow = constantRow
      parallelFor(frame.samples * units, grain: grain) { range in
        // A range may run on into the next picture.
        var start = range.lowerBound
        while start < range.upperBound {
          let sample = start / units
          let end = min(range.upperBound, (sample + 1) * units)
          let rows = (start - sample * units) * unit..<min((end - sample * units) * unit, frame.output.height)
          BorderedBlock.withBlocks(
            of: rows, border: border, constantRow: constantRow,
            source: source + sample * frame.input.height * frame.inputStride,
            target: target + sample * frame.output.height * frame.outputStride, cut: shared == nil, body)
          start = end
        }
      }
    }
  }
}
