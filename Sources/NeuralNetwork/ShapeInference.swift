import Convolution
public import TensorCore

/// Far below the largest count, so that neither sizes in bytes nor products with a layer's parameters overflow.
private let largestCount = 1 << 40

extension Graph {
  /// The output shape of every layer for one input shape `[N, H, W, C]` (or `[N, C]`), given to each input layer.
  ///
  /// - Throws: ``NetworkError`` naming the layer whose input does not suit it, what it expected and what it found.
  public func shapes(for input: Shape) throws(NetworkError) -> [String: Shape] {
    var inputs: [String: Shape] = [:]
    for layer in inputLayers { inputs[layer.name] = input }
    return try shapes(for: inputs)
  }

  /// The output shape of every layer for a shape for each input layer.
  public func shapes(for inputs: [String: Shape]) throws(NetworkError) -> [String: Shape] {
    var shapes: [String: Shape] = [:]
    for layer in layers {
      let read = layer.inputs.compactMap { shapes[$0] }
      var known = read
      switch layer.operation {
      case .input:
        guard let given = inputs[layer.name] else { throw .missingInput(layer: layer.name) }
        known = [given]
      case .constant(let extents):
        guard let own = Shape(checking: extents), own.count < largestCount else {
          throw .unusableParameter(layer: layer.name, parameter: "extents", found: "\(extents)")
        }
        known = [own]
      case .maxUnpooling(let pooling):
        guard let layer = self[pooling], case .pooling(let p) = layer.operation, p.kind == .maximum,
          let source = layer.inputs.first.flatMap({ shapes[$0] }), let pooled = shapes[pooling]
        else {
          throw .wrongShape(
            layer: layer.name, expected: "the name of a max-pooling layer", found: "'\(pooling)'")
        }
        known = read + [pooled, source]
      default: break
      }
      shapes[layer.name] = try layer.outputShape(of: known)
      for (role, extents) in layer.operation.weightExtents(channels: read.first?[-1] ?? 0) {
        guard let shape = Shape(checking: extents), shape.count < largestCount else {
          throw .unusableParameter(layer: layer.name, parameter: role.rawValue, found: "\(extents)")
        }
      }
    }
    return shapes
  }

  /// The shape that the input layers declare, free extents taken as `side`; the first input layer's when there are several.
  ///
  /// `nil` when the channels are free too.
  public func inputShape(batch: Int = 1, freeSide side: Int = 512) -> Shape? {
    guard case .input(let declared)? = inputLayers.first?.operation, let channels = declared.channels else {
      return nil
    }
    return declared.isVector
      ? [batch, channels]
      : Shape(checking: [batch, declared.height ?? side, declared.width ?? side, channels])
  }
}

extension Layer {
  /// The shape this layer makes of what it reads; for max-unpooling, the pooling's output and input come after its own.
  ///
  /// Throws ``NetworkError`` where its parameters or inputs are impossible.
  package func checkedShape(of inputs: [Shape]) throws(NetworkError) -> Shape {
    try validate()
    return try outputShape(of: inputs)
  }

  /// The shape this layer makes of what it reads.
  fileprivate func outputShape(of inputs: [Shape]) throws(NetworkError) -> Shape {
    guard let input = inputs.first else {
      throw .wrongInputCount(layer: name, expected: "at least 1", found: 0)
    }
    switch operation {
    case .input(let declared):
      return try checked(input, against: declared)
    case .constant:
      return input
    case .standardization(let axes, _):
      try requireAxes(axes, input)
      return input
    case .reduction(_, let axes, let keepsAxes):
      try requireAxes(axes, input)
      guard axes.allSatisfy({ input[$0] > 0 }) else { throw mismatch("at least one value", input) }
      return Shape(
        (0..<input.rank).compactMap { axes.contains($0) ? (keepsAxes ? 1 : nil) : input[$0] })
    case .resizing(let resizing):
      try requirePicture(input)
      guard let (rows, columns) = resizing.axes(for: input) else {
        throw mismatch("a picture of which something is left at \(resizing.target)", input)
      }
      return try shape([input[0], rows.output, columns.output, input[3]], input)
    case .padding(let m, let boundary):
      try requirePicture(input)
      let (height, width) = (input[1] + m.top + m.bottom, input[2] + m.left + m.right)
      guard height > 0, width > 0 else { throw mismatch("a picture larger than the margins cut off", input) }
      if case .mirror = boundary {
        guard max(m.top, m.bottom) < input[1], max(m.left, m.right) < input[2] else {
          throw mismatch("a picture larger than the margins mirrored from it", input)
        }
      }
      return try shape([input[0], height, width, input[3]], input)
    case .convolution(let c):
      try requirePicture(input)
      guard input[3] % c.groups == 0, c.filters % c.groups == 0 else {
        throw mismatch("channels and filters that divide into \(c.groups) groups", input)
      }
      return try shape(c.geometry(for: input)?.outputDimensions, window: c.kernelSize, input)
    case .transposedConvolution(let c):
      try requirePicture(input)
      guard input[3] % c.groups == 0, c.filters % c.groups == 0 else {
        throw mismatch("channels and filters that divide into \(c.groups) groups", input)
      }
      return try shape(c.geometry(for: input)?.outputDimensions, window: c.kernelSize, input)
    case .depthwiseConvolution(let c):
      try requirePicture(input)
      return try shape(c.geometry(for: input)?.outputDimensions, window: c.kernelSize, input)
    case .separableConvolution(let c):
      try requirePicture(input)
      let middle = try shape(
        c.depthwise.geometry(for: input)?.outputDimensions, window: c.depthwise.kernelSize, input)
      return try shape([middle[0], middle[1], middle[2], c.filters], input)
    case .dense(let d):
      guard input.rank >= 2 else { throw mismatch("at least [N, C]", input) }
      return try shape(input.dimensions.dropLast() + [d.units], input)
    case .localResponseNormalization, .batchNormalization, .layerNormalization, .channelScale, .activation,
      .dropout, .identity:
      guard input.rank >= 2 else { throw mismatch("at least [N, C]", input) }
      return input
    case .rescaling(let scale, let offset):
      for numbers in [scale, offset] where numbers.count != 1 && numbers.count != input[-1] {
        throw mismatch("\(numbers.count) channels", input)
      }
      return input
    case .instanceNormalization:
      try requirePicture(input)
      return input
    case .groupNormalization(let g):
      try requirePicture(input)
      guard input[3] % g.groups == 0 else {
        throw mismatch("channels that divide into \(g.groups) groups", input)
      }
      return input
    case .depthToSpace(let side, _):
      try requirePicture(input)
      guard input[3] % (side * side) == 0 else {
        throw mismatch("channels that are blocks of \(side)x\(side) pixels", input)
      }
      return try shape([input[0], input[1], input[2], input[3] / (side * side)], scaled: Extent(side), input)
    case .spaceToDepth(let side, _):
      try requirePicture(input)
      guard input[1] % side == 0, input[2] % side == 0 else {
        throw mismatch("rows and columns that divide by \(side)", input)
      }
      return try shape([input[0], input[1] / side, input[2] / side, input[3] * side * side], input)
    case .pooling(let p):
      try requirePicture(input)
      return try shape(p.geometry(for: input)?.outputDimensions, window: p.size, input)
    case .globalPooling(_, let keepsAxes):
      try requirePicture(input)
      guard input[1] > 0, input[2] > 0 else { throw mismatch("at least one pixel", input) }
      return keepsAxes ? [input[0], 1, 1, input[3]] : [input[0], input[3]]
    case .adaptiveAveragePooling(let size):
      try requirePicture(input)
      guard input[1] > 0, input[2] > 0 else { throw mismatch("at least one pixel", input) }
      return try shape([input[0], size.height, size.width, input[3]], input)
    case .maxUnpooling(let pooling):
      guard inputs.count == 3, input == inputs[1] else {
        throw mismatch("\(inputs.dropFirst().first ?? input), the shape that '\(pooling)' made", input)
      }
      return inputs[2]
    case .upSampling(let factor, _):
      try requirePicture(input)
      return try shape([input[0], input[1], input[2], input[3]], scaled: factor, input)
    case .flatten:
      guard input.rank >= 2 else { throw mismatch("at least [N, C]", input) }
      return try shape([input[0], input.dimensions.dropFirst().reduce(1, *)], input)
    case .reshape(let extents, _):
      return try reshaped(input, to: extents)
    case .zeroPadding(let m):
      try requirePicture(input)
      return try shape([input[0], input[1] + m.top + m.bottom, input[2] + m.left + m.right, input[3]], input)
    case .cropping(let m):
      try requirePicture(input)
      let (height, width) = (input[1] - m.top - m.bottom, input[2] - m.left - m.right)
      guard height > 0, width > 0 else { throw mismatch("a picture larger than the margins cut off", input) }
      return try shape([input[0], height, width, input[3]], input)
    case .add, .subtract, .multiply, .divide, .average, .minimum, .maximum:
      return try broadcast(inputs)
    case .matrixProduct:
      return try multiplied(input, inputs[1])
    case .concatenate:
      return try joined(inputs, axis: input.rank - 1)
    case .channels(let range):
      return try sliced(input, range, axis: input.rank - 1)
    case .slice(let axis, let range):
      return try sliced(input, range, axis: axis)
    case .join(let axis):
      return try joined(inputs, axis: axis)
    case .permute(let order):
      guard order.sorted() == Array(0..<input.rank) else {
        throw mismatch("\(order.count) axes, to be ordered as \(order)", input)
      }
      return Shape(order.map { input[$0] })
    case .channelPadding(let before, let after):
      return try shape(input.dimensions.dropLast() + [before + input[-1] + after], input)
    }
  }

  /// The shapes one after another along an axis, the other extents equal.
  private func joined(_ inputs: [Shape], axis: Int) throws(NetworkError) -> Shape {
    let first = inputs[0]
    guard (1..<first.rank).contains(axis) else { throw mismatch("more than \(axis) axes", first) }
    var extents = first.dimensions
    extents[axis] = 0
    for other in inputs {
      var found = other.dimensions
      if other.rank == first.rank { found[axis] = first[axis] }
      guard found == first.dimensions else {
        let what = axis == first.rank - 1 ? "channels" : axis == 1 ? "rows" : "the length of axis \(axis)"
        throw mismatch("inputs that differ in \(what) alone, such as \(first)", other)
      }
      extents[axis] += other[axis]
    }
    return try shape(extents, first)
  }

  private func sliced(_ input: Shape, _ range: Range<Int>, axis: Int) throws(NetworkError) -> Shape {
    guard (1..<input.rank).contains(axis) else { throw mismatch("more than \(axis) axes", input) }
    guard range.upperBound <= input[axis] else {
      let what = axis == input.rank - 1 ? "channels" : "along axis \(axis)"
      throw mismatch("at least \(range.upperBound) \(what)", input)
    }
    var extents = input.dimensions
    extents[axis] = range.count
    return try shape(extents, input)
  }

  private func checked(_ input: Shape, against declared: InputShape) throws(NetworkError) -> Shape {
    let extents =
      declared.isVector ? [declared.channels] : [declared.height, declared.width, declared.channels]
    let fits =
      input.rank == extents.count + 1 && input[0] > 0 && input.count < largestCount
      && zip(input.dimensions.dropFirst(), extents).allSatisfy { $0 > 0 && ($1 ?? $0) == $0 }
    guard fits else {
      throw mismatch(
        "[N, " + extents.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]", input)
    }
    return input
  }

  private func reshaped(_ input: Shape, to extents: [Int]) throws(NetworkError) -> Shape {
    let elements = input.dimensions.dropFirst().reduce(1, *)
    guard let known = Shape(checking: extents.filter { $0 >= 0 })?.count else {
      throw mismatch("\(extents)", input)
    }
    let free = extents.contains(-1) && known > 0 ? elements / known : -1
    let result = extents.map { $0 == -1 ? free : $0 }
    guard let shape = Shape(checking: [input[0]] + result), shape.count == input.count else {
      throw mismatch("as many elements as in \(extents)", input)
    }
    return shape
  }

  private func broadcast(_ inputs: [Shape]) throws(NetworkError) -> Shape {
    let rank = inputs[0].rank
    var extents = inputs[0].dimensions
    for other in inputs {
      guard other.rank == rank else { throw mismatch("inputs of one rank, such as \(inputs[0])", other) }
      for axis in 0..<rank where other[axis] != extents[axis] {
        guard other[axis] == 1 || extents[axis] == 1 else {
          throw mismatch("inputs of one shape, such as \(inputs[0])", other)
        }
        extents[axis] = max(extents[axis], other[axis])
      }
    }
    return try shape(extents, inputs[0])
  }

  private func multiplied(_ a: Shape, _ b: Shape) throws(NetworkError) -> Shape {
    guard a.rank >= 2, b.rank == a.rank, a[-1] == b[b.rank - 2] else {
      throw mismatch("matrices that can be multiplied by those of \(a)", b)
    }
    let outer = a.rank - 2
    guard (0..<outer).allSatisfy({ a[$0] == b[$0] || a[$0] == 1 || b[$0] == 1 }) else {
      throw mismatch("as many matrices as in \(a)", b)
    }
    return try shape((0..<outer).map { max(a[$0], b[$0]) } + [a[outer], b[-1]], a)
  }

  private func requireAxes(_ axes: [Int], _ input: Shape) throws(NetworkError) {
    guard axes.allSatisfy({ $0 < input.rank }) else { throw mismatch("the axes \(axes)", input) }
  }

  private func requirePicture(_ input: Shape) throws(NetworkError) {
    guard input.rank == 4 else { throw mismatch("a picture [N, H, W, C]", input) }
  }

  private func shape(
    _ dimensions: [Int]?, window: Extent, _ input: Shape
  ) throws(NetworkError) -> Shape {
    guard let dimensions else { throw mismatch("a picture that a window of \(window) fits", input) }
    return try shape(dimensions, input)
  }

  private func shape(
    _ dimensions: [Int], scaled factor: Extent = 1, _ input: Shape
  ) throws(NetworkError) -> Shape {
    var dimensions = dimensions
    if factor != 1 {
      dimensions[1] *= factor.height
      dimensions[2] *= factor.width
    }
    guard let shape = Shape(checking: dimensions), shape.count < largestCount else {
      throw mismatch("an output that can be counted", input)
    }
    return shape
  }

  private func mismatch(_ expected: String, _ found: Shape) -> NetworkError {
    .wrongShape(layer: name, expected: expected, found: "\(found)")
  }
}
