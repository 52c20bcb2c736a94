import NeuralNetwork
import TensorCore
import WeightFiles

/// Works out nodes whose inputs are all known: constants, and the arithmetic on shapes that exporters write.
enum OnnxFolding {
  /// Up to so many numbers are a setting or a shape and can be worked with; more are weights.
  static let most = 1 << 10
}

extension OnnxModel {
  /// What the node makes, where that is known before anything runs; `nil` where it takes a layer's output.
  mutating func folded(_ call: OnnxCall) throws(ModelFileError) -> OnnxConstant? {
    switch call.node.operation {
    case "Constant": return try storedConstant(call)
    case "Shape", "Size":
      let extents: [Int]
      switch try operand(call, 0) {
      case .layer(let placed)?: extents = placed.extents
      case .constant(let constant)?: extents = constant.extents
      default: throw call.wrong("reads no array of numbers")
      }
      if call.node.operation == "Size" { return OnnxConstant([extents.reduce(1, *)], []) }
      func bound(_ number: Int) -> Int {
        min(max(number < 0 ? number &+ extents.count : number, 0), extents.count)
      }
      let start = bound(try call.integer("start", or: 0))
      let end = max(start, bound(try call.integer("end", or: extents.count)))
      return OnnxConstant(Array(extents[start..<end]), [end - start])
    default: break
    }
    var inputs: [OnnxConstant?] = []
    for operand in try operands(call) {
      switch operand {
      case nil: inputs.append(nil)
      case .constant(let constant)?: inputs.append(constant)
      default: return nil
      }
    }
    guard let first = inputs.first ?? nil else { return nil }
    return try folded(call, first, inputs)
  }

  private func storedConstant(_ call: OnnxCall) throws(ModelFileError) -> OnnxConstant {
    for (key, value) in call.node.attributes {
      switch (key, value) {
      case ("value", .tensor(let stored)):
        do { return try OnnxConstant(stored) } catch { throw .weights(error) }
      case ("value_int", .integer(let number)): return OnnxConstant([number], [])
      case ("value_ints", .integers(let numbers)): return OnnxConstant(numbers, [numbers.count])
      case ("value_float", .float(let number)): return OnnxConstant(Tensor([number], shape: []))
      case ("value_floats", .floats(let numbers)):
        return OnnxConstant(Tensor(numbers, shape: [numbers.count]))
      default: break
      }
    }
    throw call.refusal("value", "missing, sparse or text", "numbers")
  }

  private func folded(_ call: OnnxCall, _ first: OnnxConstant, _ inputs: [OnnxConstant?])
    throws(ModelFileError) -> OnnxConstant?
  {
    func list(_ index: Int, _ key: String) throws(ModelFileError) -> [Int]? {
      if inputs.indices.contains(index), let found = inputs[index]?.integers { return found }
      return try call.integers(key)
    }
    switch call.node.operation {
    case "Identity", "Dropout": return first
    case "Cast": return first.cast(to: try call.integer("to", or: 1))
    case "ConstantOfShape":
      guard let extents = first.integers, let shape = Shape(checking: extents),
        shape.count <= OnnxFolding.most
      else {
        throw call.refusal("shape", "\(first.integers ?? [])", "one of at most \(OnnxFolding.most) numbers")
      }
      guard case .tensor(let stored)? = call.node.attributes["value"] else {
        return OnnxConstant(Tensor(repeating: 0, shape: shape))
      }
      let value: OnnxConstant
      do { value = try OnnxConstant(stored) } catch { throw .weights(error) }
      guard let number = value.scalar else { throw call.wrong("has a value that is no single number") }
      if let whole = value.integers?.first {
        return OnnxConstant([Int](repeating: whole, count: shape.count), extents)
      }
      return OnnxConstant(Tensor(repeating: number, shape: shape))
    case "Unsqueeze":
      let numbers = try list(1, "axes") ?? []
      let axes = try call.axes(numbers, of: first.extents.count + numbers.count)
      var rest = first.extents[...]
      return first.reshaped(
        (0..<first.extents.count + axes.count).map { axes.contains($0) ? 1 : rest.removeFirst() })
    case "Squeeze":
      let extents = first.extents
      let given = try list(1, "axes").map { (numbers) throws(ModelFileError) in
        try call.axes(numbers, of: extents.count)
      }
      let axes = given ?? extents.indices.filter { extents[$0] == 1 }
      guard axes.allSatisfy({ extents[$0] == 1 }) else {
        throw call.wrong("drops axes of \(extents) that are not 1")
      }
      return first.reshaped(extents.indices.filter { !axes.contains($0) }.map { extents[$0] })
    case "Reshape":
      guard var wanted = try list(1, "shape") else { return nil }
      for index in wanted.indices where wanted[index] == 0 && index < first.extents.count {
        wanted[index] = first.extents[index]
      }
      let known = Shape(checking: wanted.filter { $0 > 0 })?.count ?? 0
      if let open = wanted.firstIndex(of: -1), known > 0 { wanted[open] = first.count / known }
      guard Shape(checking: wanted)?.count == first.count else {
        throw call.wrong("shapes \(first.extents) as \(wanted)")
      }
      return first.reshaped(wanted)
    case "Transpose":
      let order = try call.integers("perm") ?? Array((0..<first.extents.count).reversed())
      guard order.sorted() == Array(0..<first.extents.count), case .floats(let tensor) = first.numbers else {
        return nil
      }
      return OnnxConstant(tensor.transposedLater(order))
    case "Concat": return try joined(call, inputs)
    case "Gather":
      guard first.extents.count == 1, let indices = inputs.last??.integers,
        try call.integer("axis", or: 0) == 0,
        let places = inputs.last??.extents
      else { return nil }
      let found = indices.map { $0 < 0 ? $0 &+ first.count : $0 }
      guard found.allSatisfy({ (0..<first.count).contains($0) }) else {
        throw call.wrong("takes the entries \(indices) of \(first.count)")
      }
      return first.entries(found, places)
    case "Slice":
      guard first.extents.count == 1, let starts = try list(1, "starts"), let ends = try list(2, "ends"),
        starts.count == 1, ends.count == 1
      else { return nil }
      let (step, count) = (try list(4, "steps")?.first ?? 1, first.count)
      func bound(_ number: Int) -> Int {
        min(max(number < 0 ? max(number, -count) + count : number, 0), count)
      }
      guard step > 0 else { throw call.refusal("steps", "\(step)", "1 or more") }
      let places = Array(stride(from: bound(starts[0]), to: bound(ends[0]), by: step))
      return first.entries(places, [places.count])
    case "ReduceProd":
      guard let numbers = first.integers, let product = Shape(checking: numbers)?.count else { return nil }
      return OnnxConstant([product], try call.truth("keepdims", or: true) ? [1] : [])
    case "Expand":
      guard first.count == 1, let extents = inputs.last??.integers, let shape = Shape(checking: extents),
        shape.count <= OnnxFolding.most
      else { return nil }
      return first.entries([Int](repeating: 0, count: shape.count), extents)
    case "Floor", "Ceil", "Neg", "Sqrt", "Reciprocal", "Abs": return first.changed(by: call.node.operation)
    case "Add", "Sub", "Mul", "Div", "Min", "Max", "Mod", "Pow", "Equal":
      guard inputs.count == 2, let second = inputs[1] else { return nil }
      return try combined(call, first, second)
    case "Where":
      guard inputs.count == 3, let choice = first.floats, let yes = inputs[1], let no = inputs[2],
        let all = yes.integers, let others = no.integers
      else { return nil }
      let count = max(choice.count, all.count, others.count)
      guard [choice.count, all.count, others.count].allSatisfy({ $0 == 1 || $0 == count }) else { return nil }
      let extents = [first.extents, yes.extents, no.extents].first { $0.reduce(1, *) == count } ?? []
      return OnnxConstant(
        (0..<count).map {
          choice[choice.count == 1 ? 0 : $0] != 0
            ? all[all.count == 1 ? 0 : $0] : others[others.count == 1 ? 0 : $0]
        }, extents)
    default: return nil
    }
  }

  private func joined(_ call: OnnxCall, _ inputs: [OnnxConstant?]) throws(ModelFileError) -> OnnxConstant? {
    let parts = inputs.compactMap { $0 }
    guard parts.allSatisfy({ $0.extents.count == 1 }), parts.reduce(0, { $0 + $1.count }) <= OnnxFolding.most
    else {
      return nil
    }
    let whole = parts.compactMap(\.integers)
    if whole.count == parts.count {
      let all = whole.flatMap { $0 }
      return OnnxConstant(all, [all.count])
    }
    let all = parts.compactMap(\.floats).flatMap { $0 }
    return OnnxConstant(Tensor(all, shape: [all.count]))
  }

  private func combined(_ call: OnnxCall, _ first: OnnxConstant, _ second: OnnxConstant)
    throws(ModelFileError) -> OnnxConstant?
  {
    let count = max(first.count, second.count)
    guard count <= OnnxFolding.most, [first.count, second.count].allSatisfy({ $0 == 1 || $0 == count }) else {
      return nil
    }
    let extents =
      first.count == second.count
      ? (first.extents.count >= second.extents.count ? first.extents : second.extents)
      : (first.count == count ? first.extents : second.extents)
    if let a = first.integers, let b = second.integers {
      var results: [Int] = []
      for index in 0..<count {
        let (x, y) = (a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
        guard let result = Self.combined(call.node.operation, x, y) else {
          throw call.wrong("cannot work out \(x) and \(y)")
        }
        results.append(result)
      }
      return OnnxConstant(results, extents)
    }
    guard let a = first.floats, let b = second.floats else { return nil }
    var results: [Float] = []
    for index in 0..<count {
      let (x, y) = (a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
      switch call.node.operation {
      case "Add": results.append(x + y)
      case "Sub": results.append(x - y)
      case "Mul": results.append(x * y)
      case "Div": results.append(x / y)
      case "Min": results.append(min(x, y))
      case "Max": results.append(max(x, y))
      default: return nil
      }
    }
    return OnnxConstant(Tensor(results, shape: Shape(extents)))
  }

  /// Whole numbers; `nil` where there is no result or none that fits.
  private static func combined(_ operation: String, _ x: Int, _ y: Int) -> Int? {
    func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
      result.overflow ? nil : result.partialValue
    }
    switch operation {
    case "Add": return checked(x.addingReportingOverflow(y))
    case "Sub": return checked(x.subtractingReportingOverflow(y))
    case "Mul": return checked(x.multipliedReportingOverflow(by: y))
    case "Div": return checked(x.dividedReportingOverflow(by: y))
    case "Mod":
      return checked(x.remainderReportingOverflow(dividingBy: y)).map {
        $0 != 0 && ($0 < 0) != (y < 0) ? $0 + y : $0
      }
    case "Min": return min(x, y)
    case "Max": return max(x, y)
    case "Equal": return x == y ? 1 : 0
    default: return nil
    }
  }
}

extension OnnxConstant {
  func reshaped(_ extents: [Int]) -> OnnxConstant {
    switch numbers {
    case .integers(let integers): OnnxConstant(integers, extents)
    case .floats(let tensor): OnnxConstant(tensor.reshaped(Shape(extents)))
    }
  }

  /// Those entries of an array of one axis.
  fileprivate func entries(_ places: [Int], _ extents: [Int]) -> OnnxConstant {
    switch numbers {
    case .integers(let integers): OnnxConstant(places.map { integers[$0] }, extents)
    case .floats(let tensor):
      OnnxConstant(
        tensor.withUnsafeScalars { scalars in Tensor(places.map { scalars[$0] }, shape: Shape(extents)) })
    }
  }

  /// As whole numbers for ONNX's whole types, else as floats; `nil` where a number does not fit.
  fileprivate func cast(to type: Int) -> OnnxConstant? {
    let isWhole = [2, 3, 4, 5, 6, 7, 9, 12, 13].contains(type)
    switch numbers {
    case .integers(let integers):
      return isWhole
        ? OnnxConstant(type == 9 ? integers.map { $0 == 0 ? 0 : 1 } : integers, extents)
        : OnnxConstant(tensor)
    case .floats(let tensor):
      guard isWhole else { return self }
      guard let floats else { return nil }
      let whole = floats.compactMap { Int(exactly: $0.rounded(.towardZero)) }
      return whole.count == tensor.shape.count ? OnnxConstant(whole, extents) : nil
    }
  }

  fileprivate func changed(by operation: String) -> OnnxConstant? {
    if let integers {
      switch operation {
      case "Floor", "Ceil": return self
      case "Neg": return OnnxConstant(integers.map { 0 &- $0 }, extents)
      case "Abs": return OnnxConstant(integers.map { $0 < 0 ? 0 &- $0 : $0 }, extents)
      default: break
      }
    }
    guard let floats else { return nil }
    func each(_ change: (Float) -> Float) -> OnnxConstant {
      OnnxConstant(Tensor(floats.map(change), shape: Shape(extents)))
    }
    switch operation {
    case "Floor": return each { $0.rounded(.down) }
    case "Ceil": return each { $0.rounded(.up) }
    case "Neg": return each { -$0 }
    case "Abs": return each { abs($0) }
    case "Sqrt": return each { $0.squareRoot() }
    case "Reciprocal": return each { 1 / $0 }
    default: return nil
    }
  }
}
