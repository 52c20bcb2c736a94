import Convolution

extension Layer {
  /// Refuses what no layer can have, so that sizes computed from parameters neither overflow nor divide by zero.
  func validate() throws(NetworkError) {
    try validateInputCount()
    switch operation {
    case .input(let shape):
      for extent in [shape.height, shape.width, shape.channels].compactMap({ $0 }) {
        try require(extent, in: 1...(1 << 24), "extent")
      }
    case .convolution(let c):
      try validateWindow(c.kernelSize, c.stride, c.dilation, c.padding)
      try require(c.filters, in: 1...(1 << 24), "filters")
      try require(c.groups, in: 1...c.filters, "groups")
    case .transposedConvolution(let c):
      try validateWindow(c.kernelSize, c.stride, c.dilation, c.padding)
      try require(c.filters, in: 1...(1 << 24), "filters")
      try require(c.groups, in: 1...c.filters, "groups")
      try require(c.outputPadding.height, in: 0...65_536, "output padding")
      try require(c.outputPadding.width, in: 0...65_536, "output padding")
    case .depthwiseConvolution(let c):
      try validateDepthwise(c)
    case .separableConvolution(let c):
      try validateDepthwise(c.depthwise)
      try require(c.filters, in: 1...(1 << 24), "filters")
    case .dense(let d):
      try require(d.units, in: 1...(1 << 28), "units")
    case .pooling(let p):
      try validateWindow(p.size, p.stride, p.dilation, p.padding)
    case .adaptiveAveragePooling(let size), .upSampling(let size, _):
      try require(size.height, in: 1...65_536, "size")
      try require(size.width, in: 1...65_536, "size")
    case .localResponseNormalization(let l):
      try require(l.size, in: 1...(1 << 24), "size")
    case .zeroPadding(let margins), .cropping(let margins):
      try validate(margins, atLeast: 0)
    case .padding(let margins, _):
      try validate(margins, atLeast: -65_536)
    case .constant(let extents):
      guard extents.count >= 2, extents[0] == 1, extents.allSatisfy({ $0 > 0 }) else {
        throw .unusableParameter(layer: name, parameter: "extents", found: "\(extents)")
      }
    case .standardization(let axes, _), .reduction(_, let axes, _):
      guard !axes.isEmpty, Set(axes).count == axes.count, axes.allSatisfy({ (1..<16).contains($0) }) else {
        throw .unusableParameter(layer: name, parameter: "axes", found: "\(axes)")
      }
      if case .reduction(.maximumPlace, _, _) = operation, axes.count != 1 {
        throw .unusableParameter(layer: name, parameter: "axes of a maximum's place", found: "\(axes)")
      }
    case .depthToSpace(let side, _), .spaceToDepth(let side, _):
      try require(side, in: 1...1024, "side of a block")
    case .groupNormalization(let g):
      try require(g.groups, in: 1...(1 << 24), "groups")
    case .reshape(let extents, _):
      guard extents.filter({ $0 == -1 }).count <= 1, extents.allSatisfy({ $0 >= -1 && $0 <= 1 << 40 }) else {
        throw .unusableParameter(layer: name, parameter: "target shape", found: "\(extents)")
      }
    case .channels(let range):
      try require(range.lowerBound, in: 0...(1 << 24), "first channel")
    case .slice(let axis, let range):
      try require(axis, in: 1...31, "axis")
      try require(range.lowerBound, in: 0...(1 << 40), "first of the slice")
    case .join(let axis):
      try require(axis, in: 1...31, "axis")
    case .permute(let order):
      guard order.first == 0, order.count <= 32, order.sorted() == Array(order.indices) else {
        throw .unusableParameter(layer: name, parameter: "order of axes", found: "\(order)")
      }
    case .channelPadding(let before, let after):
      try require(before, in: 0...(1 << 24), "channels before")
      try require(after, in: 0...(1 << 24), "channels after")
    case .resizing, .divide, .minimum, .matrixProduct: break
    case .batchNormalization, .layerNormalization, .channelScale, .instanceNormalization, .activation,
      .globalPooling,
      .maxUnpooling,
      .flatten, .dropout, .identity, .add, .subtract, .multiply, .average, .maximum, .concatenate, .rescaling:
      break
    }
  }

  private func validateInputCount() throws(NetworkError) {
    let expected: (range: ClosedRange<Int>, words: String) =
      switch operation {
      case .input, .constant: (0...0, "none")
      case .add, .multiply, .average, .minimum, .maximum, .concatenate, .join: (1...Int.max, "at least 1")
      case .subtract, .divide, .matrixProduct: (2...2, "2")
      default: (1...1, "1")
      }
    guard expected.range.contains(inputs.count) else {
      throw .wrongInputCount(layer: name, expected: expected.words, found: inputs.count)
    }
  }

  private func validateDepthwise(_ c: DepthwiseConvolution2D) throws(NetworkError) {
    try validateWindow(c.kernelSize, c.stride, c.dilation, c.padding)
    try require(c.depthMultiplier, in: 1...65_536, "depth multiplier")
  }

  private func validateWindow(
    _ kernel: Extent, _ stride: Extent, _ dilation: Extent, _ padding: Padding
  ) throws(NetworkError) {
    for (extent, what) in [(kernel, "kernel size"), (stride, "stride"), (dilation, "dilation")] {
      try require(extent.height, in: 1...65_536, what)
      try require(extent.width, in: 1...65_536, what)
    }
    if case .explicit(let margins) = padding { try validate(margins, atLeast: -65_536) }
  }

  private func validate(_ margins: Margins, atLeast lowest: Int) throws(NetworkError) {
    for side in [margins.top, margins.bottom, margins.left, margins.right] {
      try require(side, in: lowest...65_536, "margin")
    }
  }

  private func require(_ value: Int, in range: ClosedRange<Int>, _ what: String) throws(NetworkError) {
    guard range.contains(value) else {
      throw .unusableParameter(layer: name, parameter: what, found: "\(value)")
    }
  }
}
