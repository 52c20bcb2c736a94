import Convolution
import NeuralNetwork
import TensorCore

// Layers that speak of axes: of the file's, which may lie otherwise here.

extension OnnxModel {
  /// The layer's first axis holds the samples; what changes it is refused.
  private func axis(_ call: OnnxCall, _ number: Int, of value: OnnxPlaced) throws(ModelFileError) -> Int {
    let axis = try call.axis(number, of: value.rank)
    guard axis > 0 else { throw call.refusal("axis", "0", "one after the samples'") }
    return axis
  }

  // MARK: shapes

  /// `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze` and `Expand`, which only count the same values otherwise.
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
    case "Expand":
      guard let wanted = try constant(call, 1)?.integers else { throw call.wrong("has no constant shape") }
      let ones = [Int](repeating: 1, count: max(0, extents.count - wanted.count)) + wanted
      guard ones.count == extents.count, zip(ones, extents).allSatisfy({ $0 == 1 || $0 == $1 }) else {
        throw call.refusal("shape", "\(wanted)", "that of the input, \(extents)")
      }
      try finish(call, .identity, from: [value])
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
  private mutating func reshape(_ call: OnnxCall, _ value: OnnxPlaced, to extents: [Int], open: Int?)
    throws(ModelFileError)
  {
    guard (2...8).contains(extents.count), Shape(checking: extents)?.count == value.shape.count,
      extents[0] == batch
    else {
      throw call.refusal(
        "shape", "\(extents)", "the \(batch) samples first, then the values of \(value.extents)")
    }
    var target = extents
    if let open, open > 0 { target[open] = -1 }
    if value.order == Array(0..<value.rank), value.rank == 4 {
      // Values lie as the file counts them, and go on so.
      let order = Array(0..<target.count)
      return try finish(call, .reshape(Array(target.dropFirst()), .channelsLast), from: [value], order: order)
    }
    let order = OnnxPlaced.usual(target.count)
    try finish(
      call, .reshape(Array(order.map { target[$0] }.dropFirst()), .channelsFirst), from: [value], order: order
    )
  }

  /// The axes of an input, a setting before opset 13.
  private mutating func axes(_ call: OnnxCall, input: Int, of rank: Int) throws(ModelFileError) -> [Int] {
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

  // MARK: parts

  mutating func appendConcat(_ call: OnnxCall) throws(ModelFileError) {
    let values = try combinable(call)
    guard let first = values.first, let number = try call.integer("axis") else {
      throw call.wrong("says no axis")
    }
    let place = first.place(of: try axis(call, number, of: first))
    try finish(call, place == first.rank - 1 ? .concatenate : .join(axis: place), from: values)
  }

  private func part(_ value: OnnxPlaced, _ axis: Int, _ range: Range<Int>) -> NeuralNetwork.Operation {
    let place = value.place(of: axis)
    return place == value.rank - 1 ? .channels(range) : .slice(axis: place, range)
  }

  /// Parts of given lengths, or equal ones; each is a layer by its output's name.
  mutating func appendSplit(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    let axis = try axis(call, try call.integer("axis", or: 0), of: value)
    let length = value.extents[axis]
    let count = call.node.outputs.count
    let parts: [Int]
    if let given = try list(call, input: 1, or: "split") {
      parts = given
    } else {
      // The last one may be shorter (opset 18).
      let each = (length + count - 1) / count
      parts = (0..<count).map { min(each, length - each * $0) }
    }
    guard parts.count == count, parts.allSatisfy({ $0 > 0 && $0 <= length }), parts.reduce(0, +) == length
    else {
      throw call.wrong("cuts \(length) into parts of \(parts) for \(count) outputs")
    }
    var first = 0
    for (output, length) in parts.enumerated() {
      try finish(call, output: output, part(value, axis, first..<first + length), from: [value])
      first += length
    }
  }

  mutating func appendSlice(_ call: OnnxCall) throws(ModelFileError) {
    var value = try placed(call)
    var lists: [[Int]?] = []
    for (index, key) in ["starts", "ends", "axes", "steps"].enumerated() {
      lists.append(try list(call, input: index + 1, or: key))
    }
    guard let starts = lists[0], let ends = lists[1], starts.count == ends.count else {
      throw call.wrong("does not say where it begins and ends")
    }
    let axes = try call.axes(lists[2] ?? Array(starts.indices), of: value.rank)
    let steps = lists[3] ?? [Int](repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count, steps.allSatisfy({ $0 > 0 }) else {
      throw call.refusal("steps", "\(steps)", "one positive number an axis")
    }
    var operations: [NeuralNetwork.Operation] = []
    var strides = [Int](repeating: 1, count: value.rank)
    for (index, axis) in axes.enumerated() {
      let length = value.extents[axis]
      func bound(_ number: Int) -> Int {
        min(max(number < 0 ? max(number, -length) + length : number, 0), length)
      }
      let range = bound(starts[index])..<max(bound(starts[index]), bound(ends[index]))
      strides[axis] = min(steps[index], max(1, length))
      guard range != 0..<length || strides[axis] > 1 else { continue }
      guard axis > 0, !range.isEmpty else {
        throw call.refusal(
          "range", "\(starts[index]) to \(ends[index])", "a part of one of the axes after the first")
      }
      if range != 0..<length { operations.append(part(value, axis, range)) }
    }
    let subsamples = strides.contains { $0 > 1 }
    for operation in subsamples ? operations[...] : operations.dropLast() {
      value = try add(call, beside: "part", operation, from: [value])
    }
    guard subsamples else { return try finish(call, operations.last ?? .identity, from: [value]) }
    // Every so many rows and columns: what a pooling over single pixels leaves.
    guard value.rank == 4, strides[0] == 1, strides[1] == 1 else {
      throw call.refusal("steps", "\(steps)", "steps along rows and columns of pictures")
    }
    let picture = try turned(call, value, to: OnnxPlaced.usual(4))
    let pooling = Pooling(.maximum, size: 1, stride: .init(height: strides[2], width: strides[3]))
    try finish(call, .pooling(pooling), from: [picture])
  }

  /// Neighbouring entries along an axis.
  mutating func appendGather(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    let axis = try axis(call, try call.integer("axis", or: 0), of: value)
    let length = value.extents[axis]
    guard let constant = try constant(call, 1), let given = constant.integers, constant.extents.count <= 1
    else {
      throw call.refusal("indices", "an array", "a constant or a list of constants")
    }
    let indices = given.map { $0 < 0 ? $0 &+ length : $0 }
    guard let first = indices.first, first >= 0, first < length, indices.count <= length - first,
      indices == Array(first..<first + indices.count)
    else { throw call.refusal("indices", "\(given)", "neighbours in their order, of \(length)") }
    let operation = part(value, axis, first..<first + indices.count)
    guard constant.extents.isEmpty else { return try finish(call, operation, from: [value]) }
    let kept = try add(call, beside: "part", operation, from: [value])
    var extents = kept.extents
    extents.remove(at: axis)
    try reshape(call, kept, to: extents, open: nil)
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

  mutating func appendReduction(_ call: OnnxCall) throws(ModelFileError) {
    let kinds: [String: ReductionKind] = [
      "ReduceMean": .mean, "ReduceSum": .sum, "ReduceMin": .minimum, "ReduceMax": .maximum,
    ]
    guard let kind = kinds[call.node.operation] else { throw call.unsupported }
    var value = try placed(call)
    let keepsAxes = try call.truth("keepdims", or: true)
    let given = try axes(call, input: 1, of: value.rank)
    if given.isEmpty, try call.truth("noop_with_empty_axes") {
      return try finish(call, .identity, from: [value])
    }
    let all = given.isEmpty ? Array(0..<value.rank) : given
    let axes = try withoutSamples(call, all)
    guard keepsAxes || !all.contains(0), keepsAxes || axes.count < value.rank - 1 else {
      throw call.refusal("keepdims", "0", "1, where no axis but the samples' is left")
    }
    let rest = (0..<value.rank).filter { !axes.contains($0) }
    // Without the reduced axes the others must lie as they usually do.
    let left = value.order.filter { !axes.contains($0) }.map { rest.firstIndex(of: $0) ?? 0 }
    if !keepsAxes, left != OnnxPlaced.usual(rest.count) {
      value = try turned(call, value, to: Array(0..<value.rank))
    }
    let order = keepsAxes ? value.order : Array(0..<rest.count)
    let isGlobal = value.order == OnnxPlaced.usual(4) && Set(axes) == [2, 3]
    switch kind {
    case .mean where isGlobal:
      try finish(call, .globalPooling(.average, keepsAxes: keepsAxes), from: [value], order: order)
    case .maximum where isGlobal:
      try finish(call, .globalPooling(.maximum, keepsAxes: keepsAxes), from: [value], order: order)
    default:
      let places = axes.map { value.place(of: $0) }.sorted()
      try finish(call, .reduction(kind, axes: places, keepsAxes: keepsAxes), from: [value], order: order)
    }
  }
}
