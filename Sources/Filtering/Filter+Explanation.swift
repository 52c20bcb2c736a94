import Convolution

extension Filter {
  /// How the filter is computed and why, a line for every kernel: what `--explain-method` prints.
  ///
  /// `a 17x17 kernel: separable, because its taps are a column times a row (direct 5.5, ... nanoseconds a pixel)`
  public var explanation: [String] {
    let lines: [String]
    switch self {
    case .median(let height, let width):
      let method = MedianMethod.choice(for: Extent(height: height, width: width))
      lines = ["a median of \(width)x\(height): \(method.rawValue), because \(method.reason)"]
    case .bilateral:
      let side = Int(kernelSides.width)
      lines = [
        "a bilateral filter of \(side)x\(side): every weight, because weights differ from pixel to pixel"
      ]
    case .canny(let sigma, _, _):
      lines = [line(for: .gaussian(sigma: sigma)), "edges: thinned and joined by the definition"]
    default:
      lines = kernels.map(line).uniqued()
    }
    return lines + ["vectors of \(planeInstructionSet); costs as measured on one thread of one machine"]
  }

  private func line(for kernel: Kernel) -> String {
    "a \(kernel.columns)x\(kernel.rows) kernel: \(CorrelationMethod.choice(for: convolves ? kernel.flipped : kernel))"
  }
}

extension [String] {
  /// Each line once, where it stood first.
  fileprivate func uniqued() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
