import NeuralNetwork
import TensorCore

// Layers that multiply matrices: by constant ones, which are weights, or those that other layers make.

extension OnnxModel {
  /// `alpha A B + beta C`, `B` a constant matrix.
  mutating func appendGemm(_ call: OnnxCall) throws(ModelFileError) {
    let input = try placed(call)
    guard input.rank == 2, try !call.truth("transA") else {
      throw call.refusal("A", "transposed or of \(input.rank) axes", "a layer's vectors [N, C]")
    }
    guard let matrix = try constant(call, 1)?.tensor, matrix.shape.rank == 2 else {
      throw call.refusal("B", "missing or not of two axes", "a constant matrix")
    }
    let alpha = try call.float("alpha", or: 1)
    var kernel = try call.truth("transB") ? matrix.transposedLater([1, 0]) : matrix
    if alpha != 1 { kernel = Tensor(kernel.scalars.map { $0 * alpha }, shape: kernel.shape) }
    let units = kernel.shape[1]
    var given: [WeightRole: Tensor] = [.kernel: kernel]
    if let bias = try constant(call, 2) {
      let beta = try call.float("beta", or: 1)
      guard bias.count == units || bias.count == 1, bias.extents.dropLast().allSatisfy({ $0 == 1 }) else {
        throw call.refusal("C", "of shape \(bias.extents)", "one number a unit")
      }
      let numbers = bias.tensor.scalars.map { $0 * beta }
      given[.bias] = Tensor(
        bias.count == units ? numbers : [Float](repeating: numbers[0], count: units), shape: [units])
    }
    try finish(call, .dense(.init(units: units, usesBias: given[.bias] != nil)), from: [input], given)
  }

  /// As numpy's `matmul`: by a constant matrix, or of the matrices in the last two axes of two values.
  mutating func appendMatMul(_ call: OnnxCall) throws(ModelFileError) {
    let operands = try operands(call)
    guard case .layer(let input)? = operands.first ?? nil,
      case .constant(let constant)? = operands.last ?? nil,
      constant.extents.count == 2
    else { return try finish(call, .matrixProduct, from: try matrices(call), order: nil) }
    let kernel = constant.tensor
    let dense = NeuralNetwork.Operation.dense(.init(units: kernel.shape[1], usesBias: false))
    guard input.order.last != input.rank - 1 else {
      return try finish(call, dense, from: [input], [.kernel: kernel])
    }
    // The file's last axis comes last, and goes back.
    let aside = try turned(call, input, to: Array(0..<input.rank))
    let product = try add(call, beside: "product", dense, from: [aside], [.kernel: kernel])
    try finish(
      call, .permute(input.order.map { product.place(of: $0) }), from: [product], order: input.order)
  }

  /// The two inputs of a product with their axes as the file counts them; a constant becomes a layer.
  private mutating func matrices(_ call: OnnxCall) throws(ModelFileError) -> [OnnxPlaced] {
    var values: [OnnxPlaced] = []
    for value in try combinable(call) { values.append(try turned(call, value, to: Array(0..<value.rank))) }
    guard values.count == 2, values[0].rank > 2 else {
      throw call.refusal(
        "input", "matrices of \(values.first?.rank ?? 0) axes, which would mix the pictures",
        "a constant matrix B, or matrices in the last two axes of at least three")
    }
    return values
  }
}
