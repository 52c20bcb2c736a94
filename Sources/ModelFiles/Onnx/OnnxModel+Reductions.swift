import Convolution
import NeuralNetwork
import TensorCore

// Layers that make one value of all along some axes.

/// A reduction as ONNX has it: a function of each value, what is made of them, a function of that.
private struct OnnxReduction {
  var each: Activation?
  let kind: ReductionKind
  var last: Activation?

  static let named: [String: OnnxReduction] = [
    "ReduceMean": .init(kind: .mean), "ReduceSum": .init(kind: .sum), "ReduceMin": .init(kind: .minimum),
    "ReduceMax": .init(kind: .maximum), "ReduceL1": .norm(1), "ReduceL2": .norm(2),
    "ReduceSumSquare": .init(each: .power(exponent: 2), kind: .sum),
    "ReduceLogSum": .init(kind: .sum, last: .logarithm),
  ]

  /// The `p`-th root of the sum of the magnitudes' `p`-th powers.
  static func norm(_ p: Int) -> OnnxReduction {
    switch p {
    case 1: .init(each: .absolute, kind: .sum)
    case 2: .init(each: .power(exponent: 2), kind: .sum, last: .power(exponent: 0.5))
    default: .init(each: .power(exponent: Float(p)), kind: .sum, last: .power(exponent: 1 / Float(p)))
    }
  }
}

extension OnnxModel {
  mutating func appendReduction(_ call: OnnxCall) throws(ModelFileError) {
    guard let reduction = OnnxReduction.named[call.node.operation] else { throw call.unsupported }
    let value = try placed(call)
    let given = try axes(call, input: 1, of: value.rank)
    if given.isEmpty, try call.truth("noop_with_empty_axes") {
      return try finish(call, .identity, from: [value])
    }
    try finish(
      call, reduction, of: value, over: given.isEmpty ? Array(0..<value.rank) : given,
      keepsAxes: try call.truth("keepdims", or: true))
  }

  /// `ArgMax` and `ArgMin`: where the first extreme value stands.
  mutating func appendPlace(_ call: OnnxCall) throws(ModelFileError) {
    guard try !call.truth("select_last_index") else { throw call.refusal("select_last_index", "1", "0") }
    var value = try placed(call)
    let axis = try axis(call, try call.integer("axis", or: 0), of: value)
    if call.node.operation == "ArgMin" {
      value = try add(call, beside: "negative", .rescaling(scale: [-1], offset: [0]), from: [value])
    }
    try finish(
      call, OnnxReduction(kind: .maximumPlace), of: value, over: [axis],
      keepsAxes: try call.truth("keepdims", or: true))
  }

  private mutating func finish(
    _ call: OnnxCall, _ reduction: OnnxReduction, of value: OnnxPlaced, over all: [Int], keepsAxes: Bool
  ) throws(ModelFileError) {
    var value = value
    if let each = reduction.each {
      value = try add(call, beside: "each", .activation(each), from: [value])
    }
    let (read, operation, order) = try reduced(call, value, reduction.kind, all, keepsAxes: keepsAxes)
    guard let last = reduction.last else { return try finish(call, operation, from: [read], order: order) }
    let sum = try add(call, beside: "sum", operation, from: [read], order: order)
    try finish(call, .activation(last), from: [sum])
  }

  /// The layer that reduces, what it reads, and how its result lies.
  private mutating func reduced(
    _ call: OnnxCall, _ given: OnnxPlaced, _ kind: ReductionKind, _ all: [Int], keepsAxes: Bool
  ) throws(ModelFileError) -> (OnnxPlaced, NeuralNetwork.Operation, order: [Int]) {
    var value = given
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
    case .mean where isGlobal: return (value, .globalPooling(.average, keepsAxes: keepsAxes), order)
    case .maximum where isGlobal: return (value, .globalPooling(.maximum, keepsAxes: keepsAxes), order)
    default:
      let places = axes.map { value.place(of: $0) }.sorted()
      return (value, .reduction(kind, axes: places, keepsAxes: keepsAxes), order)
    }
  }

  // MARK: norms

  /// `GlobalAveragePool`, `GlobalMaxPool` and `GlobalLpPool`, over all axes after the channels'.
  mutating func appendGlobalPooling(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    guard value.rank > 2 else {
      throw call.refusal("input", "an array of \(value.rank) axes", "pictures [N, C, H, W]")
    }
    let reduction: OnnxReduction =
      switch call.node.operation {
      case "GlobalAveragePool": .init(kind: .mean)
      case "GlobalMaxPool": .init(kind: .maximum)
      default: .norm(try exponent(call))
      }
    let usual = value.rank == 4 ? try turned(call, value, to: OnnxPlaced.usual(4)) : value
    try finish(call, reduction, of: usual, over: Array(2..<value.rank), keepsAxes: true)
  }

  /// `LpPool`: the norm of each window, the root of its mean power times the pixels of the window.
  mutating func appendNormPooling(_ call: OnnxCall) throws(ModelFileError) {
    let p = try exponent(call)
    let input = try windowed(call)
    var pooling = try pooling(call, .average)
    pooling.countsPadding = true
    guard pooling.rounding == .down else { throw call.refusal("ceil_mode", "1", "0") }
    let powers = try add(
      call, beside: "each", .activation(p == 1 ? .absolute : .power(exponent: Float(p))), from: [input])
    let means = try add(call, beside: "mean", .pooling(pooling), from: [powers])
    let pixels = Float(pooling.size.height * pooling.size.width)
    let sums = try add(call, beside: "sum", .rescaling(scale: [pixels], offset: [0]), from: [means])
    try finishWindowed(call, p == 1 ? .identity : .activation(.power(exponent: 1 / Float(p))), from: sums)
  }

  /// `LpNormalization`: the values along an axis divided by their norm.
  mutating func appendNormDivision(_ call: OnnxCall) throws(ModelFileError) {
    let value = try placed(call)
    let axis = try axis(call, try call.integer("axis", or: -1), of: value)
    let norm = OnnxReduction.norm(try exponent(call))
    var sum = value
    if let each = norm.each { sum = try add(call, beside: "each", .activation(each), from: [sum]) }
    let (read, operation, order) = try reduced(call, sum, norm.kind, [axis], keepsAxes: true)
    sum = try add(call, beside: "sum", operation, from: [read], order: order)
    if let last = norm.last { sum = try add(call, beside: "norm", .activation(last), from: [sum]) }
    try finish(call, .divide, from: [value, sum])
  }

  /// The setting `p`; odd powers above 1 would need magnitudes first.
  private func exponent(_ call: OnnxCall) throws(ModelFileError) -> Int {
    let p = try call.integer("p", or: 2)
    guard p == 1 || p > 0 && p % 2 == 0 && p <= 64 else {
      throw call.refusal("p", "\(p)", "1, 2 or another even number")
    }
    return p
  }
}
