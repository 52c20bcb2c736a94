import Convolution
import NeuralNetwork
import TensorCore
import WeightFiles

/// The layers that an ONNX graph describes, made for one size of pictures.
///
/// Nodes become layers of their own names; what only computes shapes is worked out here and leaves no layer. Small layers
/// that a node needs besides are called `NODE/what`.
struct OnnxModel {
  private(set) var layers: [Layer] = []
  private(set) var weights: [String: [WeightRole: Tensor]] = [:]
  private(set) var outputs: [String] = []
  /// What the graph tells of how pictures are prepared.
  var preprocessing: Preprocessing?
  /// The samples that the file's shapes count: those it fixes, else one.
  private(set) var batch = 1
  private(set) var fixesBatch = false

  let file: String
  let opset: Int
  private var values: [String: OnnxOperand] = [:]
  private var names: Set<String> = []
  private var unread: [String: OnnxTensor] = [:]

  /// - Parameter side: rows and columns of pictures where the file leaves them open.
  init(_ content: OnnxFile, file: String, side: Int) throws(ModelFileError) {
    self.file = file
    opset = content.operatorSet
    guard opset >= 7 else {
      throw .damagedDescription(
        file: file, layer: "", problem: "its operations are of version \(opset), expected 7 or later")
    }
    let graph = content.graph
    for tensor in graph.initialisers { unread[tensor.name] = tensor }
    let nodes = Self.needed(graph)
    let read = Set(nodes.flatMap(\.inputs))
    for input in graph.inputs where unread[input.name] == nil && read.contains(input.name) {
      try appendInput(input, readBy: nodes, side: side)
    }
    var counts: [String: Int] = [:]
    for node in nodes { counts[node.name, default: 0] += 1 }
    for node in nodes {
      let own = node.name.isEmpty || counts[node.name] != 1 ? node.outputs.first ?? "" : node.name
      let call = OnnxCall(file: file, node: node, name: unused(own), opset: opset)
      try append(call)
    }
    var found: Set<String> = []
    for output in graph.outputs {
      guard case .layer(let placed)? = values[output.name] else {
        throw .damagedDescription(file: file, layer: output.name, problem: "is an output that no layer makes")
      }
      if found.insert(placed.layer).inserted { outputs.append(placed.layer) }
    }
    guard !outputs.isEmpty else {
      throw .damagedDescription(file: file, layer: "", problem: "has no outputs")
    }
  }

  /// The nodes that the outputs depend on, in the order of the file, which must be that of execution.
  private static func needed(_ graph: OnnxGraph) -> [OnnxNode] {
    var wanted = Set(graph.outputs.map(\.name))
    var nodes: [OnnxNode] = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: wanted.contains) {
      nodes.append(node)
      wanted.formUnion(node.inputs)
    }
    return nodes.reversed()
  }

  private mutating func appendInput(_ input: OnnxValue, readBy nodes: [OnnxNode], side: Int)
    throws(ModelFileError)
  {
    func wrong(_ problem: String) -> ModelFileError {
      .damagedDescription(file: file, layer: input.name, problem: problem)
    }
    let extents = input.dimensions ?? [nil, nil, nil, nil]
    guard extents.count == 2 || extents.count == 4 else {
      throw wrong("is an input of \(extents.count) axes, expected pictures [N, C, H, W] or vectors [N, C]")
    }
    fixesBatch = extents[0] != nil
    batch = extents[0] ?? 1
    guard batch <= 1 << 16 else { throw wrong("takes \(batch) pictures at a time") }
    // A few values on the last axis and not on the second: channels last, as TensorFlow's converter writes.
    let colours = 1...4
    let isChannelsLast =
      extents.count == 4 && extents[3].map(colours.contains) == true
      && extents[1].map(colours.contains) != true
    let order = isChannelsLast ? [0, 1, 2, 3] : OnnxPlaced.usual(extents.count)
    let stored = order.map { extents[$0] }
    guard let channels = stored[stored.count - 1] ?? channels(of: input, readBy: nodes) else {
      throw wrong("does not say how many channels it has")
    }
    let declared =
      extents.count == 2
      ? InputShape(channels: channels, isVector: true)
      : InputShape(height: stored[1], width: stored[2], channels: channels)
    let sizes =
      stored.count == 2 ? [batch, channels] : [batch, stored[1] ?? side, stored[2] ?? side, channels]
    let layer = Layer(unused(input.name), .input(declared), from: [])
    guard let shape = Shape(checking: sizes) else { throw wrong("has the impossible shape \(sizes)") }
    do {
      let placed = try OnnxPlaced(layer: layer.name, shape: layer.checkedShape(of: [shape]), order: order)
      values[input.name] = .layer(placed)
    } catch { throw .network(file: file, error) }
    layers.append(layer)
    names.insert(layer.name)
  }

  /// The channels of an input, by the kernel of a convolution that reads it.
  private func channels(of input: OnnxValue, readBy nodes: [OnnxNode]) -> Int? {
    for node in nodes where node.operation == "Conv" && node.inputs.first == input.name {
      guard node.inputs.count > 1, let kernel = unread[node.inputs[1]], kernel.dimensions.count == 4 else {
        continue
      }
      var groups = 1
      if case .integer(let number)? = node.attributes["group"], (1...1 << 16).contains(number) {
        groups = number
      }
      return kernel.dimensions[1].multipliedReportingOverflow(by: groups).partialValue
    }
    return nil
  }

  // MARK: names and values

  /// The name, or the name with a number where a layer has it already.
  private func unused(_ name: String) -> String {
    guard names.contains(name) else { return name }
    var number = 1
    while names.contains("\(name)_\(number)") { number += 1 }
    return "\(name)_\(number)"
  }

  /// What the input of that number is; `nil` where it is left out.
  mutating func operand(_ call: OnnxCall, _ index: Int) throws(ModelFileError) -> OnnxOperand? {
    guard call.node.inputs.indices.contains(index), !call.node.inputs[index].isEmpty else { return nil }
    let name = call.node.inputs[index]
    if let value = values[name] { return value }
    guard let stored = unread.removeValue(forKey: name) else {
      throw call.wrong("reads '\(name)', which is neither an input nor made before")
    }
    do { values[name] = .constant(try OnnxConstant(stored)) } catch { throw .weights(error) }
    return values[name]
  }

  /// Whether the name is taken.
  func isMade(_ name: String) -> Bool { values[name] != nil || unread[name] != nil }

  mutating func operands(_ call: OnnxCall) throws(ModelFileError) -> [OnnxOperand?] {
    var found: [OnnxOperand?] = []
    for index in call.node.inputs.indices { found.append(try operand(call, index)) }
    return found
  }

  /// The layer that the input of that number is, as it lies.
  mutating func placed(_ call: OnnxCall, _ index: Int = 0) throws(ModelFileError) -> OnnxPlaced {
    guard case .layer(let placed)? = try operand(call, index) else {
      throw call.refusal("input \(index + 1)", "a constant or missing", "a layer's output")
    }
    return placed
  }

  /// As ``placed(_:_:)``, a picture with its channels last.
  mutating func picture(_ call: OnnxCall, _ index: Int = 0) throws(ModelFileError) -> OnnxPlaced {
    let placed = try placed(call, index)
    guard placed.rank == 4 else {
      throw call.refusal("input", "an array of \(placed.rank) axes", "pictures [N, C, H, W]")
    }
    return try turned(call, placed, to: OnnxPlaced.usual(4))
  }

  /// The constant that the input of that number is; `nil` where it is left out.
  mutating func constant(_ call: OnnxCall, _ index: Int) throws(ModelFileError) -> OnnxConstant? {
    switch try operand(call, index) {
    case nil: return nil
    case .constant(let constant): return constant
    default: throw call.refusal("input \(index + 1)", "what another layer makes", "a constant")
    }
  }

  /// Numbers that older versions give as a setting and newer ones as an input.
  mutating func list(_ call: OnnxCall, input: Int, or key: String) throws(ModelFileError) -> [Int]? {
    if let numbers = try constant(call, input)?.integers { return numbers }
    return try call.integers(key)
  }

  /// One number that older versions give as a setting and newer ones as an input.
  mutating func number(_ call: OnnxCall, input: Int, or key: String, else standard: Float)
    throws(ModelFileError) -> Float
  {
    if let number = try constant(call, input)?.scalar { return number }
    return try call.float(key, or: standard)
  }

  /// A weight of a shape that may be written with ones around it.
  mutating func vector(_ call: OnnxCall, _ index: Int, _ what: String, of count: Int) throws(ModelFileError)
    -> Tensor
  {
    guard let found = try constant(call, index) else { throw call.wrong("has no \(what)") }
    guard found.count == count else {
      throw call.wrong("\(what) has shape \(found.extents), expected [\(count)]")
    }
    return found.tensor.reshaped([count])
  }

  // MARK: layers

  /// A layer besides the node's own.
  mutating func add(
    _ call: OnnxCall, beside what: String, _ operation: NeuralNetwork.Operation, from inputs: [OnnxPlaced],
    _ given: [WeightRole: Tensor] = [:], order: [Int]? = nil
  ) throws(ModelFileError) -> OnnxPlaced {
    try add(call, as: unused("\(call.name)/\(what)"), operation, from: inputs, given, order: order)
  }

  /// The layer that makes the node's first output.
  mutating func finish(
    _ call: OnnxCall, _ operation: NeuralNetwork.Operation, from inputs: [OnnxPlaced],
    _ given: [WeightRole: Tensor] = [:], order: [Int]? = nil
  ) throws(ModelFileError) {
    let placed = try add(call, as: call.name, operation, from: inputs, given, order: order)
    set(call, 0, .layer(placed))
  }

  /// The layer that makes the output of that number, by the output's name.
  mutating func finish(
    _ call: OnnxCall, output: Int, _ operation: NeuralNetwork.Operation, from inputs: [OnnxPlaced],
    order: [Int]? = nil
  ) throws(ModelFileError) {
    let placed = try add(
      call, as: unused(call.node.outputs[output]), operation, from: inputs, [:], order: order)
    set(call, output, .layer(placed))
  }

  mutating func set(_ call: OnnxCall, _ output: Int, _ value: OnnxOperand) {
    guard call.node.outputs.indices.contains(output) else { return }
    values[call.node.outputs[output]] = value
  }

  private mutating func add(
    _ call: OnnxCall, as name: String, _ operation: NeuralNetwork.Operation, from inputs: [OnnxPlaced],
    _ given: [WeightRole: Tensor], order: [Int]?
  ) throws(ModelFileError) -> OnnxPlaced {
    let layer = Layer(name, operation, from: inputs.map(\.layer))
    var read = inputs.map(\.shape)
    switch operation {
    case .constant(let extents): read = [Shape(extents)]
    case .maxUnpooling(let pooling):
      guard let shape = poolings[pooling] else { throw call.wrong("undoes no max-pooling") }
      read = [inputs[0].shape, inputs[0].shape, shape]
    default: break
    }
    let shape: Shape
    do { shape = try layer.checkedShape(of: read) } catch { throw .network(file: file, error) }
    guard shape[0] == batch || inputs.isEmpty else {
      throw call.wrong("makes \(shape), which does not keep the \(batch) pictures apart")
    }
    layers.append(layer)
    names.insert(name)
    if !given.isEmpty { weights[name] = given }
    let kept = inputs.first.flatMap { $0.rank == shape.rank ? $0.order : nil }
    return OnnxPlaced(layer: name, shape: shape, order: order ?? kept ?? OnnxPlaced.usual(shape.rank))
  }

  /// The shapes that max-pooling layers read.
  var poolings: [String: Shape] = [:]

  /// The same values with the file's axes in that order, moved only where they lie otherwise.
  mutating func turned(_ call: OnnxCall, _ value: OnnxPlaced, to order: [Int]) throws(ModelFileError)
    -> OnnxPlaced
  {
    guard value.order != order else { return value }
    return try add(
      call, beside: "turned", .permute(order.map { value.place(of: $0) }), from: [value], order: order)
  }
}

// MARK: sizes that the file leaves open

extension OnnxModel {
  /// Whether pictures may be of any size, by the input's declaration.
  var leavesSizeOpen: Bool {
    layers.contains { layer in
      guard case .input(let shape) = layer.operation, !shape.isVector else { return false }
      return shape.height == nil || shape.width == nil
    }
  }

  /// Whether the weights are those that the layers need on pictures of that side.
  func weightsFit(_ side: Int) throws(ModelFileError) -> Bool {
    do {
      let graph = try Graph(layers, outputs: outputs)
      guard let input = graph.inputShape(batch: batch, freeSide: side) else { return false }
      return try graph.weightShapes(for: input).allSatisfy { weights[$0.layer]?[$0.role]?.shape == $0.shape }
    } catch { throw .network(file: file, error) }
  }

  /// The same for pictures of that side alone.
  func fixed(at side: Int) -> OnnxModel {
    var model = self
    model.layers = layers.map { layer in
      guard case .input(let shape) = layer.operation, !shape.isVector else { return layer }
      return Layer(
        layer.name,
        .input(
          InputShape(height: shape.height ?? side, width: shape.width ?? side, channels: shape.channels)),
        from: [])
    }
    return model
  }
}
