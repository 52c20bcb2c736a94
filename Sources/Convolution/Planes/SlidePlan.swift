import TensorCore

/// A correlation made ready: geometry, border and method chosen, for any number of pictures of one shape.
struct SlidePlan: Sendable {
  let kernel: Kernel
  let frame: SlideFrame
  let boundary: Boundary
  let method: CorrelationMethod

  /// - Parameter kernel: as it is slid, flipped already for a convolution.
  init(kernel: Kernel, frame: SlideFrame, boundary: Boundary, method: CorrelationMethod?) {
    self.kernel = kernel
    self.frame = frame
    self.boundary = boundary
    self.method = method ?? CorrelationMethod.choice(for: kernel).method
  }

  func run(_ x: Tensor, into target: UnsafeMutableBufferPointer<Float>) {
    x.withUnsafeScalars { source in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      switch method {
      case .reference:
        correlateByDefinition(source, target, kernel.taps, frame, boundary)
      case .direct:
        let taps = kernel.taps
        overBlocks(source, target, cost: taps.count) { block in block.correlate(taps) }
      case .separable:
        guard let factors = kernel.factors else {
          preconditionFailure("a kernel of higher rank has no two passes")
        }
        overBlocks(source, target, cost: factors.column.count + factors.row.count) { block in
          block.correlate(factors)
        }
      }
    }
  }

  /// The magnitude of the gradient, block by block: the two derivatives live in the cache only.
  func runMagnitude(_ x: Tensor, _ kernels: GradientOperator, into target: UnsafeMutableBufferPointer<Float>)
  {
    let (tapsX, tapsY) = (kernels.x.taps, kernels.y.taps)
    x.withUnsafeScalars { source in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      overBlocks(source, target, cost: 2 * tapsX.count) { block in
        let count = block.outputCount
        withScratch(of: Float.self, count) { derivative in
          block.correlate(tapsX)
          block.redirected(to: derivative).correlate(tapsY)
          planeKernels.magnitude(block.output, derivative, block.output, count)
        }
      }
    }
  }

  /// Cuts the output into blocks of rows, shares them out over the threads, and lends each its bordered input.
  private func overBlocks(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, cost: Int,
    _ body: (BorderedBlock) -> Void
  ) {
    let border = PlaneBorder(frame: frame, boundary: boundary)
    // Blocks of whole register blocks (3 or 4 rows), small enough for two threads to share a small picture.
    let unit = frame.output.height > 192 ? 12 : 4
    let units = (frame.output.height + unit - 1) / unit
    let grain = max(1, 1 << 18 / max(1, unit * frame.outputStride * cost))
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
            target: target + sample * frame.output.height * frame.outputStride, body)
          start = end
        }
      }
    }
  }
}
