import Convolution
import NeuralNetwork

// Layers that join values along an axis, cut them, or repeat them.

extension OnnxModel {
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

  /// Ranges along axes; of every so many rows and columns what a pooling over single pixels leaves.
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
    guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else {
      throw call.refusal("steps", "\(steps)", "one number an axis, none of them 0")
    }
    var operations: [NeuralNetwork.Operation] = []
    var strides = [Int](repeating: 1, count: value.rank)
    for (index, axis) in axes.enumerated() {
      let length = value.extents[axis]
      let entries = OnnxCall.entries(from: starts[index], to: ends[index], by: steps[index], of: length)
      let count = entries.underestimatedCount
      guard count != length || steps[index] < 0 else { continue }
      guard axis > 0, let first = entries.first(where: { _ in true }) else {
        throw call.refusal(
          "range", "\(starts[index]) to \(ends[index])", "a part of one of the axes after the first")
      }
      if steps[index] < 0 || steps[index] > 1 && (value.rank != 4 || axis == 1) {
        value = try picked(call, value, axis, Array(entries.prefix(Self.mostParts + 1)))
      } else {
        strides[axis] = min(steps[index], length)
        let last = first + (count - 1) * strides[axis]
        if first > 0 || last < length - 1 { operations.append(part(value, axis, first..<last + 1)) }
      }
    }
    let subsamples = strides.contains { $0 > 1 }
    for operation in subsamples ? operations[...] : operations.dropLast() {
      value = try add(call, beside: "part", operation, from: [value])
    }
    guard subsamples else { return try finish(call, operations.last ?? .identity, from: [value]) }
    let picture = try turned(call, value, to: OnnxPlaced.usual(4))
    let pooling = Pooling(.maximum, size: 1, stride: .init(height: strides[2], width: strides[3]))
    try finish(call, .pooling(pooling), from: [picture])
  }

  /// Any entries along an axis, by a constant list of them or a single one.
  mutating func appendGather(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    let axis = try axis(call, try call.integer("axis", or: 0), of: value)
    let length = value.extents[axis]
    guard let constant = try constant(call, 1), let given = constant.integers, constant.extents.count <= 1
    else {
      throw call.refusal("indices", "an array", "a constant or a list of constants")
    }
    let indices = given.map { $0 < 0 ? $0 &+ length : $0 }
    guard !indices.isEmpty, indices.allSatisfy({ (0..<length).contains($0) }) else {
      throw call.wrong("takes the entries \(given.prefix(8)) of \(length)")
    }
    if !constant.extents.isEmpty, let first = indices.first, indices == Array(first..<first + indices.count) {
      return try finish(call, part(value, axis, first..<first + indices.count), from: [value])
    }
    let kept = try picked(call, value, axis, indices)
    guard constant.extents.isEmpty else { return try finish(call, .identity, from: [kept]) }
    var extents = kept.extents
    extents.remove(at: axis)
    try reshape(call, kept, to: extents, open: nil)
  }

  /// Entries along an axis in any order: runs of neighbours, cut out and joined.
  private mutating func picked(_ call: OnnxCall, _ value: OnnxPlaced, _ axis: Int, _ places: [Int])
    throws(ModelFileError) -> OnnxPlaced
  {
    var runs: [Range<Int>] = []
    for place in places {
      if let last = runs.last, last.upperBound == place {
        runs[runs.count - 1] = last.lowerBound..<place + 1
      } else {
        runs.append(place..<place + 1)
      }
    }
    guard axis > 0, !runs.isEmpty, runs.count <= Self.mostParts else {
      throw call.refusal(
        "indices", "\(runs.count) runs of neighbours along axis \(axis)",
        "1 to \(Self.mostParts) along an axis after the first")
    }
    var parts: [OnnxPlaced] = []
    for run in runs { parts.append(try add(call, beside: "part", part(value, axis, run), from: [value])) }
    return parts.count == 1 ? parts[0] : try add(call, beside: "joined", joining(parts, axis), from: parts)
  }

  /// So many pieces a node may be cut into or made of.
  private static let mostParts = 1024

  private func joining(_ values: [OnnxPlaced], _ axis: Int) -> NeuralNetwork.Operation {
    let place = values[0].place(of: axis)
    return place == values[0].rank - 1 ? .concatenate : .join(axis: place)
  }

  /// `Tile`, and `Expand` where it repeats along axes of extent 1.
  mutating func appendRepetition(_ call: OnnxCall) throws(ModelFileError) {
    var value = try placed(call)
    guard let numbers = try constant(call, 1)?.integers else {
      throw call.refusal("input 2", "what another layer makes", "constant numbers")
    }
    var repeats = numbers
    if call.node.operation == "Expand" {
      let extents = value.extents
      let wanted = [Int](repeating: 1, count: max(0, extents.count - numbers.count)) + numbers
      guard wanted.count == extents.count, zip(wanted, extents).allSatisfy({ $0 == 1 || $0 == $1 || $1 == 1 })
      else { throw call.refusal("shape", "\(numbers)", "one that \(extents) spreads over") }
      repeats = zip(wanted, extents).map { $0 == 1 || $0 == $1 ? 1 : $0 }
    }
    guard repeats.count == value.rank, repeats.first == 1,
      repeats.allSatisfy({ (1...Self.mostParts).contains($0) })
    else {
      throw call.refusal(
        "repeats", "\(numbers)", "1 for the samples and 1 to \(Self.mostParts) for each of the other axes")
    }
    for axis in repeats.indices where repeats[axis] > 1 {
      let copies = [OnnxPlaced](repeating: value, count: repeats[axis])
      value = try add(call, beside: "repeated", joining(copies, axis), from: copies)
    }
    try finish(call, .identity, from: [value])
  }
}
