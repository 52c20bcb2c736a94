import Convolution
import NeuralNetwork
import TensorCore

// Layers that slide a window over pictures.

extension OnnxModel {
  /// One number for each direction; `standard` where the setting is not given.
  private func extent(_ call: OnnxCall, _ key: String, or standard: Int? = nil) throws(ModelFileError)
    -> Extent?
  {
    guard let numbers = try call.integers(key) else {
      return standard.map { Extent(height: $0, width: $0) }
    }
    // Of a row of values [N, C, L], one number.
    if numbers.count == 1 { return Extent(height: key == "output_padding" ? 0 : 1, width: numbers[0]) }
    guard numbers.count == 2 else { throw call.refusal(key, "\(numbers)", "two numbers: rows and columns") }
    return Extent(height: numbers[0], width: numbers[1])
  }

  private func dilation(_ call: OnnxCall) throws(ModelFileError) -> Extent {
    let dilation = try extent(call, "dilations", or: 1) ?? 1
    guard (1...65_536).contains(dilation.height), (1...65_536).contains(dilation.width) else {
      throw call.refusal("dilations", "\(dilation)", "1 or more")
    }
    return dilation
  }

  /// `auto_pad`, or `pads` as `[top, left, bottom, right]`.
  private func padding(_ call: OnnxCall) throws(ModelFileError) -> Padding {
    switch try call.text("auto_pad", or: "NOTSET") {
    case "NOTSET", "":
      var pads = try call.integers("pads") ?? [0, 0, 0, 0]
      if pads.count == 2 { pads = [0, pads[0], 0, pads[1]] }
      guard pads.count == 4, pads.allSatisfy({ (0...65_536).contains($0) }) else {
        throw call.refusal("pads", "\(pads)", "four margins: top, left, bottom, right")
      }
      return .explicit(Margins(top: pads[0], bottom: pads[2], left: pads[1], right: pads[3]))
    case "VALID": return .valid
    case "SAME_UPPER": return .same
    case "SAME_LOWER": return .sameLower
    case let other: throw call.refusal("auto_pad", other, "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    }
  }

  /// A kernel of four axes, of the extents that `kernel_shape` gives where it does.
  private mutating func kernel(_ call: OnnxCall) throws(ModelFileError) -> Tensor {
    guard let kernel = try constant(call, 1)?.tensor else { throw call.wrong("has no kernel") }
    let shape = kernel.shape
    guard shape.rank == 3 || shape.rank == 4, shape.count > 0 else {
      throw call.refusal("kernel", "of shape \(shape)", "one of four axes, for pictures, or three, for rows")
    }
    if let size = try call.integers("kernel_shape"), size != Array(shape.dimensions[2...]) {
      throw call.wrong("kernel_shape is \(size), but the kernel has shape \(shape)")
    }
    return shape.rank == 4 ? kernel : kernel.reshaped([shape[0], shape[1], 1, shape[2]])
  }

  /// The picture that a window slides over; a row of values `[N, C, L]` as one of a single line.
  mutating func windowed(_ call: OnnxCall) throws(ModelFileError) -> OnnxPlaced {
    let value = try placed(call)
    guard value.rank == 3 else { return try picture(call) }
    let extents = value.extents
    return try reshaped(call, beside: "line", value, to: [extents[0], extents[1], 1, extents[2]])
  }

  /// The layer over what ``windowed(_:)`` gave; what came as a row of values leaves as one.
  mutating func finishWindowed(
    _ call: OnnxCall, _ operation: NeuralNetwork.Operation, from input: OnnxPlaced,
    _ given: [WeightRole: Tensor] = [:]
  ) throws(ModelFileError) {
    guard try placed(call).rank == 3 else { return try finish(call, operation, from: [input], given) }
    let result = try add(call, beside: "windows", operation, from: [input], given)
    let extents = result.extents
    try reshape(call, result, to: [extents[0], extents[1], extents[3]], open: nil)
  }

  /// Kernel `[filters, channels / groups, rows, columns]`.
  mutating func appendConvolution(_ call: OnnxCall) throws(ModelFileError) {
    let input = try windowed(call)
    let kernel = try kernel(call)
    let (filters, groups) = (kernel.shape[0], try call.integer("group", or: 1))
    let channels = input.shape[3]
    guard groups > 0, channels % groups == 0, filters % groups == 0, kernel.shape[1] == channels / groups
    else {
      throw call.wrong(
        "kernel has shape \(kernel.shape), which does not suit \(channels) channels in \(groups) groups")
    }
    var given: [WeightRole: Tensor] = [.kernel: kernel.transposedLater([2, 3, 1, 0])]
    let usesBias = try constant(call, 2) != nil
    if usesBias { given[.bias] = try vector(call, 2, "bias", of: filters) }
    let size = Extent(height: kernel.shape[2], width: kernel.shape[3])
    let stride = try extent(call, "strides", or: 1) ?? 1
    let dilation = try dilation(call)
    let padding = try padding(call)
    guard groups == channels, groups > 1 else {
      let convolution = Convolution2D(
        filters: filters, kernelSize: size, stride: stride, dilation: dilation, groups: groups,
        padding: padding, usesBias: usesBias)
      return try finishWindowed(call, .convolution(convolution), from: input, given)
    }
    // Filter c * multiplier + m reads channel c: the same numbers with their last axis split.
    given[.kernel] = kernel.transposedLater([2, 3, 1, 0])
      .reshaped([size.height, size.width, channels, filters / channels])
    let convolution = DepthwiseConvolution2D(
      depthMultiplier: filters / channels, kernelSize: size, stride: stride, dilation: dilation,
      padding: padding, usesBias: usesBias)
    try finishWindowed(call, .depthwiseConvolution(convolution), from: input, given)
  }

  /// Kernel `[channels, filters / groups, rows, columns]`.
  mutating func appendTransposedConvolution(_ call: OnnxCall) throws(ModelFileError) {
    let input = try windowed(call)
    let kernel = try kernel(call)
    let groups = try call.integer("group", or: 1)
    guard groups > 0, input.shape[3] == kernel.shape[0], kernel.shape[0] % groups == 0 else {
      throw call.wrong(
        "kernel has shape \(kernel.shape), which does not suit \(input.shape[3]) channels in \(groups) groups"
      )
    }
    let (filters, overflow) = kernel.shape[1].multipliedReportingOverflow(by: groups)
    guard !overflow else { throw call.wrong("has too many filters") }
    var given: [WeightRole: Tensor] = [.kernel: kernel.transposedLater([2, 3, 1, 0])]
    let usesBias = try constant(call, 2) != nil
    if usesBias { given[.bias] = try vector(call, 2, "bias", of: filters) }
    let size = Extent(height: kernel.shape[2], width: kernel.shape[3])
    let stride = try extent(call, "strides", or: 1) ?? 1
    let dilation = try dilation(call)
    let reach = size.reach(dilation: dilation)
    let more = try extent(call, "output_padding", or: 0) ?? 0
    let wanted = try call.integers("output_shape").map { $0.suffix(2) }.map(Array.init)
    let padding = try padding(call)
    func axis(_ n: Int, _ k: Int, _ s: Int, _ extra: Int, _ wanted: Int?, _ pads: (Int, Int))
      throws(ModelFileError) -> (before: Int, after: Int, extra: Int)
    {
      guard (1...65_536).contains(s), (0...65_536).contains(extra) else {
        throw call.refusal("strides and output_padding", "\(s) and \(extra)", "1 or more, and 0 or more")
      }
      let target: Int
      switch padding {
      case .valid, .explicit:
        guard let wanted else { return (pads.0, pads.1, extra) }
        target = wanted
      case .same, .sameLower: target = wanted ?? n * s
      }
      guard (1...1 << 24).contains(target) else {
        throw call.refusal("output_shape", "\(target)", "1 or more")
      }
      let total = (n - 1) * s + extra + k - target
      // More than the kernels reach to: what is missing is added at the end.
      guard total >= 0 else { return (0, 0, extra - total) }
      let half = padding == .same ? total / 2 : total - total / 2
      return (half, total - half, extra)
    }
    guard wanted?.count ?? 2 == 2 else {
      throw call.refusal("output_shape", "\(wanted ?? [])", "two numbers")
    }
    var stated = Margins.none
    if case .explicit(let margins) = padding { stated = margins }
    let rows = try axis(
      input.shape[1], reach.height, stride.height, more.height, wanted?[0], (stated.top, stated.bottom))
    let columns = try axis(
      input.shape[2], reach.width, stride.width, more.width, wanted?[1], (stated.left, stated.right))
    let margins = Margins(
      top: rows.before, bottom: rows.after, left: columns.before, right: columns.after)
    let convolution = TransposedConvolution2D(
      filters: filters, kernelSize: size, stride: stride, dilation: dilation, padding: .explicit(margins),
      outputPadding: Extent(height: rows.extra, width: columns.extra), groups: groups, usesBias: usesBias)
    try finishWindowed(call, .transposedConvolution(convolution), from: input, given)
  }

  mutating func appendPooling(_ call: OnnxCall) throws(ModelFileError) {
    let input = try windowed(call)
    if try call.integer("storage_order", or: 0) != 0, call.node.outputs.count > 1 {
      throw call.refusal("storage_order", "1", "0")
    }
    let isMaximum = call.node.operation == "MaxPool"
    let pooling = try pooling(call, isMaximum ? .maximum : .average)
    try finishWindowed(call, .pooling(pooling), from: input)
    if isMaximum, try placed(call).rank == 4 {
      poolings[call.name] = input.shape
      set(call, 1, .positions(pooling: call.name))
    }
  }

  /// The settings that all poolings have.
  func pooling(_ call: OnnxCall, _ kind: Pooling.Kind) throws(ModelFileError) -> Pooling {
    guard let size = try extent(call, "kernel_shape") else { throw call.wrong("has no kernel_shape") }
    return Pooling(
      kind, size: size, stride: try extent(call, "strides", or: 1) ?? 1, dilation: try dilation(call),
      padding: try padding(call), rounding: try call.truth("ceil_mode") ? .up : .down,
      countsPadding: try call.truth("count_include_pad"))
  }

  mutating func appendUnpooling(_ call: OnnxCall) throws(ModelFileError) {
    let input = try picture(call)
    guard case .positions(let pooling)? = try operand(call, 1), let shape = poolings[pooling] else {
      throw call.refusal("input 2", "no places of maxima", "the second output of a MaxPool")
    }
    let planes = [shape[0], shape[3], shape[1], shape[2]]
    if let wanted = try constant(call, 2)?.integers, wanted != planes {
      throw call.refusal("output_shape", "\(wanted)", "\(planes), what the MaxPool read")
    }
    try finish(call, .maxUnpooling(pooling: pooling), from: [input])
  }
}
