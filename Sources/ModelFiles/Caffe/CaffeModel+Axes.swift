import NeuralNetwork
import TensorCore

// Layers that speak of axes, which Caffe counts as [N, C, H, W].

extension CaffeModel {
  mutating func appendSoftmax(_ layer: CaffeLayer) throws(ModelFileError) {
    let place = try layer.place(of: layer.settings("softmax_param").integer("axis") ?? 1)
    let last = layer.shape.rank - 1
    guard place != last else { return try add(layer, .activation(.softmax)) }
    var order = Array(0...last)
    order.swapAt(place, last)
    try add(layer, as: layer.name + "/turned", .permute(order))
    try add(layer, as: layer.name + "/softmax", .activation(.softmax), from: [layer.name + "/turned"])
    try add(layer, .permute(order), from: [layer.name + "/softmax"])
  }

  mutating func appendConcat(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("concat_param")
    let place = try layer.place(of: p.integer("axis") ?? p.integer("concat_dim") ?? 1)
    try add(layer, place == layer.shape.rank - 1 ? .concatenate : .join(axis: place), from: layer.inputs)
  }

  /// Parts between the points given, or equal ones, each a layer by its blob's name.
  mutating func appendSlice(_ layer: CaffeLayer, _ tops: [String]) throws(ModelFileError) {
    let p = layer.settings("slice_param")
    let place = try layer.place(of: p.integer("axis") ?? p.integer("slice_dim") ?? 1)
    let length = layer.shape[place]
    var points = p.integers("slice_point")
    if points.isEmpty {
      guard length % tops.count == 0 else {
        throw layer.wrong("cuts \(length) into \(tops.count) equal parts")
      }
      points = (1..<tops.count).map { length / tops.count * $0 }
    }
    let bounds = [0] + points + [length]
    guard bounds.count == tops.count + 1, zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw layer.wrong("cuts \(length) at \(points) for \(tops.count) blobs")
    }
    for (top, bound) in zip(tops, zip(bounds, bounds.dropFirst())) {
      guard !has(top) else { throw layer.wrong("makes '\(top)', which is another layer's name") }
      let range = bound.0..<bound.1
      try add(
        layer, as: top, place == layer.shape.rank - 1 ? .channels(range) : .slice(axis: place, range))
    }
  }

  /// From `axis` on as large as the second blob, from `offset` on.
  mutating func appendCrop(_ layer: CaffeLayer) throws(ModelFileError) {
    guard layer.inputs.count == 2 else { throw layer.refusal("bottom", "\(layer.inputs.count) blobs", "2") }
    let p = layer.settings("crop_param")
    let wanted = shape(of: layer.inputs[1])
    let axis = try layer.axis(p.integer("axis") ?? 2)
    let offsets = p.integers("offset")
    let cut = Array(axis..<layer.shape.rank)
    guard wanted.rank == layer.shape.rank, offsets.count <= 1 || offsets.count == cut.count else {
      throw layer.wrong("has \(offsets.count) offsets for \(cut.count) axes of \(layer.shape) and \(wanted)")
    }
    var steps: [NeuralNetwork.Operation] = []
    for (index, axis) in cut.enumerated() {
      let place = PlanarAxes.place(of: axis, rank: layer.shape.rank)
      let first = offsets.isEmpty ? 0 : offsets[min(index, offsets.count - 1)]
      guard first >= 0, first <= layer.shape[place], wanted[place] <= layer.shape[place] - first else {
        throw layer.wrong("cuts \(wanted[place]) from \(first) on out of \(layer.shape[place])")
      }
      let range = first..<first + wanted[place]
      if range != 0..<layer.shape[place] { steps.append(.slice(axis: place, range)) }
    }
    var input = layer.first
    for (index, step) in steps.dropLast().enumerated() {
      let name = "\(layer.name)/\(index)"
      try add(layer, as: name, step, from: [input])
      input = name
    }
    try add(layer, steps.last ?? .identity, from: [input])
  }

  mutating func appendPermute(_ layer: CaffeLayer) throws(ModelFileError) {
    var order = layer.settings("permute_param").integers("order")
    let rank = layer.shape.rank
    // Axes that are not named follow in their order.
    order += (0..<rank).filter { !order.contains($0) }
    guard order.first == 0, order.sorted() == Array(0..<rank) else {
      throw layer.refusal("order", "\(order)", "the axes of \(layer.shape), the first one 0")
    }
    try add(layer, .permute(PlanarAxes.order(order)))
  }

  /// `Flatten`, which makes one axis of several, and `Reshape`, which copies an extent for 0 and finds one for -1.
  mutating func appendReshape(_ layer: CaffeLayer) throws(ModelFileError) {
    let found = PlanarAxes.planar(layer.shape)
    let rank = found.count
    let first: Int
    let end: Int
    var wanted: [Int]
    if layer.type == "Flatten" {
      let p = layer.settings("flatten_param")
      first = try layer.axis(p.integer("axis") ?? 1)
      end = try layer.axis(p.integer("end_axis") ?? -1) + 1
      guard end > first else { throw layer.wrong("flattens the axes from \(first) to \(end - 1)") }
      if first == 1, end == rank { return try add(layer, .flatten(.channelsFirst)) }
      wanted = [-1]
    } else {
      let p = layer.settings("reshape_param")
      let axis = p.integer("axis") ?? 0
      first = axis < 0 ? axis + rank + 1 : axis
      let count = p.integer("num_axes") ?? -1
      end = count < 0 ? rank : first + count
      guard (0...rank).contains(first), (first...rank).contains(end) else {
        throw layer.wrong("shapes \(count) axes from \(axis) on of \(rank)")
      }
      wanted = p.message("shape")?.integers("dim") ?? []
      for index in wanted.indices where wanted[index] == 0 {
        guard first + index < rank else { throw layer.wrong("copies the extent of axis \(first + index)") }
        wanted[index] = found[first + index]
      }
    }
    var extents = Array(found[..<first]) + wanted + Array(found[end...])
    guard extents.count >= 2, extents.count <= 8, extents[0] == 1 || extents[0] == -1 else {
      throw layer.refusal("shape", "\(extents)", "one that keeps the pictures apart")
    }
    extents[0] = 1
    try add(
      layer, .reshape(Array(PlanarAxes.stored(extents).dropFirst()), .channelsFirst))
  }
}

extension CaffeLayer {
  /// The axis of that number, counted from the end where negative.
  fileprivate func axis(_ number: Int) throws(ModelFileError) -> Int {
    let axis = number < 0 ? number + shape.rank : number
    guard (1..<shape.rank).contains(axis) else {
      throw refusal("axis", "\(number)", "one of the \(shape.rank) after the first")
    }
    return axis
  }

  /// Where that axis lies here.
  fileprivate func place(of number: Int) throws(ModelFileError) -> Int {
    PlanarAxes.place(of: try axis(number), rank: shape.rank)
  }
}
