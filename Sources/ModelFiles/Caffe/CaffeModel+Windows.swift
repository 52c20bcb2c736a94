import Convolution
import NeuralNetwork
import TensorCore
import WeightFiles

// Layers that slide a window, and the dense one.

extension CaffeModel {
  mutating func appendConvolution(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("convolution_param")
    let filters = try layer.outputs(p)
    try add(
      layer,
      .convolution(
        .init(
          filters: filters, kernelSize: try layer.extent(p, "kernel_size", "kernel", default: nil),
          stride: try layer.extent(p, "stride", "stride", default: 1),
          dilation: layer.dilation(p),
          groups: p.integer("group") ?? 1, padding: .explicit(try layer.margins(p)),
          usesBias: p.truth("bias_term") ?? true)), from: nil, try kernelAndBias(layer, p, filters))
  }

  mutating func appendDeconvolution(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("convolution_param")
    let filters = try layer.outputs(p)
    try add(
      layer,
      .transposedConvolution(
        .init(
          filters: filters, kernelSize: try layer.extent(p, "kernel_size", "kernel", default: nil),
          stride: try layer.extent(p, "stride", "stride", default: 1), dilation: layer.dilation(p),
          padding: .explicit(try layer.margins(p)), groups: p.integer("group") ?? 1,
          usesBias: p.truth("bias_term") ?? true)), from: nil, try kernelAndBias(layer, p, filters))
  }

  /// Blobs `[O, I / groups, H, W]`, those of a deconvolution `[I, O / groups, H, W]`, and `[O]`.
  private func kernelAndBias(_ layer: CaffeLayer, _ p: CaffeMessage, _ filters: Int) throws(ModelFileError)
    -> [WeightRole: Tensor]
  {
    guard let kernel = try source?.tensor(layer.message, 0, of: nil) else { return [:] }
    guard kernel.shape.rank == 4 else { throw layer.wrong("has a kernel of shape \(kernel.shape)") }
    var given: [WeightRole: Tensor] = [.kernel: kernel.transposed([2, 3, 1, 0])]
    if p.truth("bias_term") ?? true { given[.bias] = try source?.tensor(layer.message, 1, of: [filters]) }
    return given
  }

  /// Blobs `[O, I]`, `[I, O]` where transposed; what is read is flattened channels first.
  mutating func appendInnerProduct(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("inner_product_param")
    guard (p.integer("axis") ?? 1) == 1 else { throw layer.refusal("axis", "\(p.integer("axis") ?? 1)", "1") }
    let units = try layer.outputs(p)
    let usesBias = p.truth("bias_term") ?? true
    var given: [WeightRole: Tensor] = [:]
    if let blob = try source?.tensor(layer.message, 0, of: nil) {
      guard blob.shape.count % units == 0 else {
        throw layer.wrong("has \(units) outputs and weights of shape \(blob.shape)")
      }
      let others = blob.shape.count / units
      given[.kernel] =
        p.truth("transpose") ?? false
        ? blob.reshaped([others, units]) : blob.reshaped([units, others]).transposed([1, 0])
      if usesBias { given[.bias] = try source?.tensor(layer.message, 1, of: [units]) }
    }
    var input = layer.first
    if layer.shape.rank > 2 {
      input = layer.first + "_flat"
      if !has(input) { try add(layer, as: input, .flatten(.channelsFirst)) }
    }
    try add(layer, .dense(.init(units: units, usesBias: usesBias)), from: [input], given)
  }

  mutating func appendPooling(_ layer: CaffeLayer, _ tops: [String]) throws(ModelFileError) {
    let p = layer.settings("pooling_param")
    let kind: Pooling.Kind
    switch p.text("pool") ?? "MAX" {
    case "MAX", "0": kind = .maximum
    case "AVE", "1": kind = .average
    default: throw layer.refusal("pool", p.text("pool") ?? "", "MAX or AVE")
    }
    guard tops.count <= (kind == .maximum ? 2 : 1) else {
      throw layer.refusal("top", "\(tops.count) blobs", "1")
    }
    if p.truth("global_pooling") == true {
      try add(layer, .globalPooling(kind, keepsAxes: true))
      return
    }
    try add(
      layer,
      .pooling(
        .init(
          kind, size: try layer.extent(p, "kernel_size", "kernel", default: nil),
          stride: try layer.extent(p, "stride", "stride", default: 1),
          padding: .explicit(try layer.margins(p)),
          rounding: ["FLOOR", "1"].contains(p.text("round_mode")) ? .down : .up, countsPadding: true)))
  }

  /// SegNet's up-sampling: each value goes where the pooling that made the second blob found its maximum.
  mutating func appendUnpooling(_ layer: CaffeLayer) throws(ModelFileError) {
    guard layer.inputs.count == 2, let pooling = layer.inputs.last else {
      throw layer.refusal("bottom", "\(layer.inputs.count) blobs", "2, the second a pooling's mask")
    }
    try add(layer, .maxUnpooling(pooling: pooling))
    let p = layer.settings("upsample_param")
    let made = shape(of: layer.name)
    let scale = p.integer("scale")
    for (axis, size, factor) in [(1, "upsample_h", "scale_h"), (2, "upsample_w", "scale_w")] {
      let product = (p.integer(factor) ?? scale).map { $0.multipliedReportingOverflow(by: layer.shape[axis]) }
      guard let wanted = p.integer(size) ?? product?.partialValue, wanted != made[axis] else { continue }
      throw layer.refusal(
        size, "\(wanted)", "\(made[axis]), as what '\(pooling)' pooled")
    }
  }
}

extension CaffeLayer {
  fileprivate func outputs(_ p: CaffeMessage) throws(ModelFileError) -> Int {
    guard let outputs = p.integer("num_output"), outputs > 0 else {
      throw wrong("has \(p.integer("num_output") ?? 0) outputs")
    }
    return outputs
  }

  /// One number for both directions, two of them, or one of its own each.
  fileprivate func extent(
    _ p: CaffeMessage, _ name: String, _ short: String, default standard: Int?
  ) throws(ModelFileError) -> Extent {
    if let height = p.integer(short + "_h"), let width = p.integer(short + "_w") {
      return Extent(height: height, width: width)
    }
    let given = p.integers(name)
    guard let first = given.first ?? p.integer(short + "_h") ?? p.integer(short + "_w") ?? standard else {
      throw wrong("has no \(name)")
    }
    return Extent(
      height: p.integer(short + "_h") ?? first,
      width: p.integer(short + "_w") ?? (given.count > 1 ? given[1] : first))
  }

  fileprivate func dilation(_ p: CaffeMessage) -> Extent {
    let numbers = p.integers("dilation")
    return Extent(height: numbers.first ?? 1, width: numbers.last ?? 1)
  }

  fileprivate func margins(_ p: CaffeMessage) throws(ModelFileError) -> Margins {
    let pad = try extent(p, "pad", "pad", default: 0)
    return Margins(top: pad.height, bottom: pad.height, left: pad.width, right: pad.width)
  }
}
