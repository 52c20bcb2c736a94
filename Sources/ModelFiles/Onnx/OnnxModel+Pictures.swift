import Convolution
import NeuralNetwork
import TensorCore

// Layers that change a picture's extents without weights.

extension OnnxModel {
  mutating func appendPad(_ call: OnnxCall) throws(ModelFileError) {
    let given = try placed(call)
    let boundary = try boundary(call)
    let pads = try list(call, input: 1, or: "pads") ?? []
    var numbers = try constant(call, 3)?.integers ?? Array(0..<given.rank)
    numbers = try call.axes(numbers, of: given.rank)
    guard pads.count == 2 * numbers.count, pads.allSatisfy({ (-65_536...65_536).contains($0) }) else {
      throw call.refusal("pads", "\(pads)", "two numbers for each of \(numbers.count) axes")
    }
    var (before, after) = ([Int](repeating: 0, count: given.rank), [Int](repeating: 0, count: given.rank))
    for (index, axis) in numbers.enumerated() {
      (before[axis], after[axis]) = (pads[index], pads[index + numbers.count])
    }
    guard pads.contains(where: { $0 != 0 }) else { return try finish(call, .identity, from: [given]) }
    guard given.rank == 4, before[0] == 0, after[0] == 0 else {
      throw call.refusal("pads", "\(pads)", "margins of pictures [N, C, H, W]")
    }
    var value = try picture(call)
    let margins = Margins(top: before[2], bottom: after[2], left: before[3], right: after[3])
    let padsChannels = before[1] != 0 || after[1] != 0
    if padsChannels {
      guard boundary == .constant(0), before[1] >= 0, after[1] >= 0 else {
        throw call.refusal("pads", "\(pads)", "channels of zeros")
      }
      let operation = NeuralNetwork.Operation.channelPadding(before: before[1], after: after[1])
      guard margins != .none else { return try finish(call, operation, from: [value]) }
      value = try add(call, beside: "channels", operation, from: [value])
    }
    let isPlain = boundary == .constant(0) && pads.allSatisfy { $0 >= 0 }
    try finish(call, isPlain ? .zeroPadding(margins) : .padding(margins, boundary), from: [value])
  }

  private mutating func boundary(_ call: OnnxCall) throws(ModelFileError) -> Boundary {
    switch try call.text("mode", or: "constant") {
    case "constant":
      let value = try call.float("value", or: 0)
      return .constant(try constant(call, 2)?.scalar ?? value)
    case "reflect": return .mirror
    case "edge": return .edge
    case "wrap": return .wrap
    case let other: throw call.refusal("mode", other, "constant, reflect, edge or wrap")
    }
  }

  /// The older experimental `Crop`: `border` is left, top, right, bottom; with `scale`, a size from the top left on.
  mutating func appendCrop(_ call: OnnxCall) throws(ModelFileError) {
    let input = try picture(call)
    guard let border = try call.integers("border"), border.count == 4,
      border.allSatisfy({ (0...65_536).contains($0) })
    else { throw call.refusal("border", "missing or not of four numbers", "left, top, right, bottom") }
    var (right, bottom) = (border[2], border[3])
    if let size = try call.integers("scale") {
      guard size.count == 2, size.allSatisfy({ (1...1 << 24).contains($0) }) else {
        throw call.refusal("scale", "\(size)", "rows and columns")
      }
      (bottom, right) = (input.shape[1] - border[1] - size[0], input.shape[2] - border[0] - size[1])
      guard bottom >= 0, right >= 0 else { throw call.wrong("cuts \(size) out of \(input.shape)") }
    }
    let margins = Margins(top: border[1], bottom: bottom, left: border[0], right: right)
    try finish(call, .cropping(margins), from: [input])
  }

  /// `DepthToSpace` and `SpaceToDepth`: channels that are the pixels of blocks, and back.
  mutating func appendBlocks(_ call: OnnxCall) throws(ModelFileError) {
    let input = try picture(call)
    let side = try call.integer("blocksize", or: 0)
    guard (1...1024).contains(side) else { throw call.refusal("blocksize", "\(side)", "1 to 1024") }
    guard call.node.operation == "DepthToSpace" else {
      return try finish(call, .spaceToDepth(side, .pixelsFirst), from: [input])
    }
    switch try call.text("mode", or: "DCR") {
    case "DCR": try finish(call, .depthToSpace(side, .pixelsFirst), from: [input])
    case "CRD": try finish(call, .depthToSpace(side, .channelsFirst), from: [input])
    case let other: throw call.refusal("mode", other, "DCR or CRD")
    }
  }

  // MARK: other sizes

  /// `Resize` and the older `Upsample`, whose pixels lie at `o / factor` and whose nearest is the one before.
  mutating func appendResize(_ call: OnnxCall) throws(ModelFileError) {
    let input = try picture(call)
    let isOld = call.node.operation == "Upsample" || opset < 11
    for key in ["antialias", "exclude_outside"] where try call.truth(key) {
      throw call.refusal(key, "1", "0")
    }
    let policy = try call.text("keep_aspect_ratio_policy", or: "stretch")
    guard policy == "stretch" else { throw call.refusal("keep_aspect_ratio_policy", policy, "stretch") }
    let target = try target(call, input, scalesAt: isOld ? 1 : 2)
    let coordinates: Resizing.Coordinates
    switch isOld ? "asymmetric" : try call.text("coordinate_transformation_mode", or: "half_pixel") {
    case "half_pixel": coordinates = .halfPixel
    case "pytorch_half_pixel": coordinates = .torchHalfPixel
    case "asymmetric": coordinates = .asymmetric
    case "align_corners": coordinates = .alignedCorners
    case let other:
      throw call.refusal(
        "coordinate_transformation_mode", other, "half_pixel, pytorch_half_pixel, asymmetric or align_corners"
      )
    }
    let interpolation: Resizing.Interpolation
    switch try call.text("mode", or: "nearest") {
    case "nearest":
      switch isOld ? "floor" : try call.text("nearest_mode", or: "round_prefer_floor") {
      case "round_prefer_floor": interpolation = .nearest(.halfDown)
      case "round_prefer_ceil": interpolation = .nearest(.halfUp)
      case "floor": interpolation = .nearest(.down)
      case "ceil": interpolation = .nearest(.up)
      case let other:
        throw call.refusal("nearest_mode", other, "round_prefer_floor, round_prefer_ceil, floor or ceil")
      }
    case "linear", "bilinear": interpolation = .linear
    case "cubic": interpolation = .cubic(a: try call.float("cubic_coeff_a", or: -0.75))
    case let other: throw call.refusal("mode", other, "nearest, linear or cubic")
    }
    let resizing = Resizing(to: target, interpolation, coordinates)
    if let factor = resizing.wholeFactor {
      switch (interpolation, coordinates) {
      case (.nearest(.down), .asymmetric), (.nearest(.halfDown), .halfPixel),
        (.nearest(.halfUp), .halfPixel):
        return try finish(call, .upSampling(factor, .nearest), from: [input])
      case (.linear, .halfPixel): return try finish(call, .upSampling(factor, .bilinear), from: [input])
      default: break
      }
    }
    try finish(call, .resizing(resizing), from: [input])
  }

  /// By factors, or to sizes; sizes that are whole multiples go by their factors, so that they suit any picture.
  private mutating func target(_ call: OnnxCall, _ input: OnnxPlaced, scalesAt index: Int)
    throws(ModelFileError) -> Resizing.Target
  {
    let axes = try call.axes(try call.integers("axes") ?? [0, 1, 2, 3], of: 4)
    func whole<Number>(_ numbers: [Number], _ rest: [Number]) throws(ModelFileError) -> [Number] {
      guard numbers.count == axes.count else {
        throw call.wrong("has \(numbers.count) sizes for \(axes.count) axes")
      }
      var all = rest
      for (axis, number) in zip(axes, numbers) { all[axis] = number }
      return all
    }
    let extents = input.extents
    var scales = try constant(call, index)?.floats ?? []
    if scales.isEmpty { scales = try call.floats("scales") ?? [] }
    if !scales.isEmpty {
      let all = try whole(scales, [1, 1, 1, 1])
      guard all[0] == 1, all[1] == 1 else {
        throw call.refusal("scales", "\(all)", "1 for samples and channels")
      }
      return .scale(height: all[2], width: all[3])
    }
    guard let sizes = try constant(call, 3)?.integers else {
      throw call.wrong("has neither scales nor sizes")
    }
    let all = try whole(sizes, extents)
    guard all[0] == extents[0], all[1] == extents[1], all[2] > 0, all[3] > 0, all[2] <= 1 << 24,
      all[3] <= 1 << 24
    else { throw call.refusal("sizes", "\(all)", "the samples and channels of \(extents)") }
    guard all[2] % extents[2] == 0, all[3] % extents[3] == 0 else {
      return .size(Extent(height: all[2], width: all[3]))
    }
    return .scale(height: Float(all[2] / extents[2]), width: Float(all[3] / extents[3]))
  }
}

extension Resizing {
  /// How often each pixel is repeated, where that is a whole number both ways.
  fileprivate var wholeFactor: Extent? {
    guard case .scale(let height, let width) = target, let rows = Int(exactly: height),
      let columns = Int(exactly: width), (1...1024).contains(rows), (1...1024).contains(columns)
    else { return nil }
    return Extent(height: rows, width: columns)
  }
}
