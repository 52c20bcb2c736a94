import Convolution
import NeuralNetwork
import TensorCore

// Layers that speak of axes: of the file's, which may lie otherwise here.

extension OnnxModel {
  /// The layer's first axis holds the samples; what changes it is refused.
  func axis(_ call: OnnxCall, _ number: Int, of value: OnnxPlaced) throws(ModelFileError) -> Int {
    let axis = try call.axis(number, of: value.rank)
    guard axis > 0 else { throw call.refusal("axis", "0", "one after the samples'") }
    return axis
  }

  // MARK: shapes

  /// `Flatten`, `Reshape`, `Squeeze` and `Unsqueeze`, which only count the same values otherwise.
  mutating func appendReshape(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    let extents = value.extents
    switch call.node.operation {
    case "Flatten":
      let number = try call.integer("axis", or: 1)
      let axis = number == extents.count ? number : try call.axis(number, of: extents.count)
      let before = extents[..<axis].reduce(1, *)
      if axis == 1, value.rank == 2 || value.order == OnnxPlaced.usual(4) {
        return try finish(
          call, .flatten(value.rank == 4 ? .channelsFirst : .channelsLast), from: [value], order: [0, 1])
      }
      try reshape(call, value, to: [before, extents[axis...].reduce(1, *)], open: nil)
    case "Squeeze":
      let given = try axes(call, input: 1, of: value.rank)
      let axes = given.isEmpty ? extents.indices.filter { extents[$0] == 1 && $0 > 0 } : given
      guard axes.allSatisfy({ extents[$0] == 1 }) else {
        throw call.wrong("drops the axes \(axes) of \(extents), which are not 1")
      }
      try reshape(
        call, value, to: extents.indices.filter { !axes.contains($0) }.map { extents[$0] }, open: nil)
    case "Unsqueeze":
      let count = try list(call, input: 1, or: "axes")?.count ?? 0
      let axes = try axes(call, input: 1, of: value.rank + count)
      var rest = extents[...]
      try reshape(
        call, value, to: (0..<value.rank + count).map { axes.contains($0) ? 1 : rest.removeFirst() },
        open: nil)
    default:
      guard var wanted = try constant(call, 1)?.integers else { throw call.wrong("has no constant shape") }
      let keepsZeros = try call.truth("allowzero")
      for index in wanted.indices where wanted[index] == 0 && !keepsZeros {
        guard index < extents.count else { throw call.wrong("copies the extent of axis \(index)") }
        wanted[index] = extents[index]
      }
      let open = wanted.firstIndex(of: -1)
      guard wanted.filter({ $0 == -1 }).count <= 1, wanted.allSatisfy({ $0 >= -1 }),
        let known = Shape(checking: wanted.filter { $0 >= 0 })?.count, known > 0 || open == nil
      else { throw call.refusal("shape", "\(wanted)", "one with at most one -1") }
      if let open { wanted[open] = value.shape.count / known }
      try reshape(call, value, to: wanted, open: open)
    }
  }

  /// The same values counted in the file's order as `extents`; `open` is the axis that follows from the others.
  mutating func reshape(_ call: OnnxCall, _ value: OnnxPlaced, to extents: [Int], open: Int?)
    throws(ModelFileError)
  {
    let (value, operation, order) = try counted(call, value, as: extents, open: open)
    try finish(call, operation, from: [value], order: order)
  }

  /// As ``reshape(_:_:to:open:)`` for a layer besides the node's own.
  mutating func reshaped(_ call: OnnxCall, beside what: String, _ value: OnnxPlaced, to extents: [Int])
    throws(ModelFileError) -> OnnxPlaced
  {
    let (value, operation, order) = try counted(call, value, as: extents, open: nil)
    return try add(call, beside: what, operation, from: [value], order: order)
  }

  private mutating func counted(_ call: OnnxCall, _ given: OnnxPlaced, as extents: [Int], open: Int?)
    throws(ModelFileError) -> (OnnxPlaced, NeuralNetwork.Operation, order: [Int])
  {
    guard (2...8).contains(extents.count), Shape(checking: extents)?.count == given.shape.count,
      extents[0] == batch
    else {
      throw call.refusal(
        "shape", "\(extents)", "the \(batch) samples first, then the values of \(given.extents)")
    }
    var target = extents
    if let open, open > 0 { target[open] = -1 }
    if given.order == Array(0..<given.rank), given.rank == 4 {
      // Values lie as the file counts them, and go on so.
      return (given, .reshape(Array(target.dropFirst()), .channelsLast), Array(0..<target.count))
    }
    let value = try turned(call, given, to: OnnxPlaced.usual(given.rank))
    let order = OnnxPlaced.usual(target.count)
    return (value, .reshape(Array(order.map { target[$0] }.dropFirst()), .channelsFirst), order)
  }

  /// The axes of an input, a setting before opset 13.
  mutating func axes(_ call: OnnxCall, input: Int, of rank: Int) throws(ModelFileError) -> [Int] {
    let numbers = try list(call, input: input, or: "axes") ?? []
    return try call.axes(numbers, of: rank)
  }

  /// Nothing moves where the result lies as pictures usually do, or as the file itself counts.
  mutating func appendTranspose(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    let order = try call.integers("perm") ?? Array((0..<value.rank).reversed())
    guard order.sorted() == Array(0..<value.rank), order[0] == 0 else {
      throw call.refusal("perm", "\(order)", "an order of \(value.rank) axes, the first one 0")
    }
    // Where each axis of the file went.
    let lying = value.order.map { order.firstIndex(of: $0) ?? 0 }
    let usual = OnnxPlaced.usual(value.rank)
    if lying == usual || lying == Array(0..<value.rank) {
      return try finish(call, .identity, from: [value], order: lying)
    }
    try finish(
      call, .permute(usual.map { lying.firstIndex(of: $0) ?? 0 }), from: [value], order: usual)
  }

  // MARK: over an axis

  /// Along one axis since opset 13; before, over all axes from one on together.
  mutating func appendSoftmax(_ call: OnnxCall) throws(ModelFileError) {
    let activation: Activation = call.node.operation == "Softmax" ? .softmax : .logSoftmax
    let value = try placed(call)
    var axis = try axis(call, try call.integer("axis", or: opset < 13 ? 1 : -1), of: value)
    if opset < 13 {
      let extents = value.extents
      let long = (axis..<value.rank).filter { extents[$0] > 1 }
      if long.count > 1 {
        let rest = extents[axis...].reduce(1, *)
        let order: ElementOrder = value.order == Array(0..<value.rank) ? .channelsLast : .channelsFirst
        let flat = try add(
          call, beside: "flat", .reshape(Array(extents[1..<axis]) + [rest], order), from: [value],
          order: Array(0...axis))
        let result = try add(call, beside: "softmax", .activation(activation), from: [flat])
        let stored = value.shape.dimensions.dropFirst()
        return try finish(call, .reshape(Array(stored), order), from: [result], order: value.order)
      }
      axis = long.first ?? axis
    }
    let place = value.place(of: axis)
    guard place != value.rank - 1 else { return try finish(call, .activation(activation), from: [value]) }
    var order = value.order
    order.swapAt(place, value.rank - 1)
    let aside = try turned(call, value, to: order)
    let result = try add(call, beside: "softmax", .activation(activation), from: [aside])
    try finish(
      call, .permute(value.order.map { result.place(of: $0) }), from: [result], order: value.order)
  }
}
