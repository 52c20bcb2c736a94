import NeuralNetwork
import TensorCore
import WeightFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Works out nodes whose inputs are all known: constants, and the arithmetic on shapes that exporters write.
enum OnnxFolding {
  /// Up to so many numbers are a setting or a shape and can be worked with; more are weights.
  static let most = 1 << 16
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
      guard order.sorted() == Array(0..<first.extents.count) else { return nil }
      if case .floats(let tensor) = first.numbers { return OnnxConstant(tensor.transposedLater(order)) }
      return first.rearranged(order.map { first.extents[$0] }) { place in
        var source = place
        for (index, axis) in order.enumerated() { source[axis] = place[index] }
        return source
      }
    case "Concat": return try joined(call, first, inputs.compactMap { $0 })
    case "Gather":
      guard let indices = inputs.last??.integers, let places = inputs.last??.extents else { return nil }
      let axis = try call.axis(try call.integer("axis", or: 0), of: first.extents.count)
      let length = first.extents[axis]
      let found = indices.map { $0 < 0 ? $0 &+ length : $0 }
      guard found.allSatisfy({ (0..<length).contains($0) }) else {
        throw call.wrong("takes the entries \(indices.prefix(8)) of \(length)")
      }
      let extents = first.extents
      return first.rearranged(Array(extents[..<axis]) + places + extents[(axis + 1)...]) { place in
        let index = zip(place[axis..<axis + places.count], places).reduce(0) { $0 * $1.1 + $1.0 }
        return Array(place[..<axis]) + [found[index]] + place[(axis + places.count)...]
      }
    case "Slice":
      guard let starts = try list(1, "starts"), let ends = try list(2, "ends"), starts.count == ends.count
      else { return nil }
      let axes = try call.axes(try list(3, "axes") ?? Array(starts.indices), of: first.extents.count)
      let steps = try list(4, "steps") ?? [Int](repeating: 1, count: starts.count)
      guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else {
        throw call.refusal("steps", "\(steps)", "one number an axis, none of them 0")
      }
      var (extents, taken) = (first.extents, [Int: [Int]]())
      for (index, axis) in axes.enumerated() where extents[axis] > 0 {
        guard extents[axis] <= OnnxFolding.most else { return nil }
        let entries = OnnxCall.entries(
          from: starts[index], to: ends[index], by: steps[index], of: extents[axis])
        taken[axis] = Array(entries)
        extents[axis] = taken[axis]?.count ?? 0
      }
      return first.rearranged(extents) { place in
        place.enumerated().map { taken[$0]?[$1] ?? $1 }
      }
    case "ReduceProd":
      guard let numbers = first.integers, let product = Shape(checking: numbers)?.count else { return nil }
      return OnnxConstant([product], try call.truth("keepdims", or: true) ? [1] : [])
    case "Expand":
      guard let wanted = inputs.last??.integers, let extents = OnnxConstant.spread(first.extents, wanted)
      else { return nil }
      return first.spread(to: extents)
    case "Tile":
      let own = first.extents
      guard let repeats = inputs.last??.integers, repeats.count == own.count,
        let shape = Shape(checking: repeats), shape.count <= OnnxFolding.most
      else { return nil }
      return first.rearranged(zip(own, repeats).map { $0 * $1 }) { place in zip(place, own).map { $0 % $1 } }
    case "Range": return try range(call, inputs)
    case "Floor", "Ceil", "Neg", "Sqrt", "Reciprocal", "Abs", "Not":
      return first.changed(by: call.node.operation)
    case "Add", "Sub", "Mul", "Div", "Min", "Max", "Mod", "Pow", "Equal", "Greater", "Less", "GreaterOrEqual",
      "LessOrEqual", "And", "Or":
      guard inputs.count == 2, let second = inputs[1] else { return nil }
      return try combined(call, first, second)
    case "Where":
      guard inputs.count == 3, let yes = inputs[1], let no = inputs[2],
        let extents = OnnxConstant.spread(yes.extents, no.extents).flatMap({
          OnnxConstant.spread($0, first.extents)
        }), let choice = first.spread(to: extents)?.floats, let all = yes.spread(to: extents),
        let others = no.spread(to: extents)
      else { return nil }
      if let all = all.integers, let others = others.integers {
        return OnnxConstant(choice.indices.map { choice[$0] != 0 ? all[$0] : others[$0] }, extents)
      }
      guard let all = all.floats, let others = others.floats else { return nil }
      return OnnxConstant(
        Tensor(choice.indices.map { choice[$0] != 0 ? all[$0] : others[$0] }, shape: Shape(extents)))
    default: return nil
    }
  }

  private func joined(_ call: OnnxCall, _ first: OnnxConstant, _ parts: [OnnxConstant])
    throws(ModelFileError) -> OnnxConstant?
  {
    var extents = first.extents
    let axis = try call.axis(try call.integer("axis", or: 0), of: extents.count)
    for part in parts {
      var own = part.extents
      guard own.count == extents.count else { return nil }
      own[axis] = extents[axis]
      guard own == extents else { throw call.wrong("joins \(first.extents) and \(part.extents)") }
    }
    guard parts.reduce(0, { $0 + $1.count }) <= OnnxFolding.most else { return nil }
    extents[axis] = parts.reduce(0) { $0 + $1.extents[axis] }
    let runs = extents[..<axis].reduce(1, *)
    func interleaved<Number>(_ numbers: [[Number]]) -> [Number] {
      (0..<runs).flatMap { run in
        numbers.flatMap { part in part[part.count / runs * run..<part.count / runs * (run + 1)] }
      }
    }
    guard runs > 0 else { return nil }
    let whole = parts.compactMap(\.integers)
    if whole.count == parts.count { return OnnxConstant(interleaved(whole), extents) }
    return OnnxConstant(Tensor(interleaved(parts.compactMap(\.floats)), shape: Shape(extents)))
  }

  /// The numbers from the first input on, up to but without the second, the third apart.
  private func range(_ call: OnnxCall, _ inputs: [OnnxConstant?]) throws(ModelFileError) -> OnnxConstant? {
    let numbers = inputs.compactMap { $0?.scalar }
    guard numbers.count == 3, numbers.allSatisfy(\.isFinite), numbers[2] != 0 else {
      throw call.refusal("inputs", "\(numbers)", "start, limit and a step that is not 0")
    }
    let count = max(0, ((Double(numbers[1]) - Double(numbers[0])) / Double(numbers[2])).rounded(.up))
    guard count <= Double(OnnxFolding.most) else {
      throw call.refusal("limit", "\(numbers[1])", "at most \(OnnxFolding.most) numbers")
    }
    let whole = inputs.compactMap { $0?.integers?.first }
    if whole.count == 3 {
      return OnnxConstant((0..<Int(count)).map { whole[0] &+ $0 &* whole[2] }, [Int(count)])
    }
    return OnnxConstant(
      Tensor((0..<Int(count)).map { numbers[0] + Float($0) * numbers[2] }, shape: [Int(count)]))
  }

  private func combined(_ call: OnnxCall, _ first: OnnxConstant, _ second: OnnxConstant)
    throws(ModelFileError) -> OnnxConstant?
  {
    guard let extents = OnnxConstant.spread(first.extents, second.extents),
      let first = first.spread(to: extents), let second = second.spread(to: extents)
    else { return nil }
    if let a = first.integers, let b = second.integers {
      var results: [Int] = []
      for (x, y) in zip(a, b) {
        guard let result = Self.combined(call.node.operation, x, y) else {
          throw call.wrong("cannot work out \(x) and \(y)")
        }
        results.append(result)
      }
      return OnnxConstant(results, extents)
    }
    guard let a = first.floats, let b = second.floats else { return nil }
    func truth(_ compare: (Float, Float) -> Bool) -> OnnxConstant {
      OnnxConstant(zip(a, b).map { compare($0, $1) ? 1 : 0 }, extents)
    }
    func each(_ combine: (Float, Float) -> Float) -> OnnxConstant {
      OnnxConstant(Tensor(zip(a, b).map(combine), shape: Shape(extents)))
    }
    switch call.node.operation {
    case "Add": return each(+)
    case "Sub": return each(-)
    case "Mul": return each(*)
    case "Div": return each(/)
    case "Min": return each { min($0, $1) }
    case "Max": return each { max($0, $1) }
    case "Pow": return each { Float(pow(Double($0), Double($1))) }
    case "Equal": return truth(==)
    case "Greater": return truth(>)
    case "Less": return truth(<)
    case "GreaterOrEqual": return truth(>=)
    case "LessOrEqual": return truth(<=)
    default: return nil
    }
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
    case "Greater": return x > y ? 1 : 0
    case "Less": return x < y ? 1 : 0
    case "GreaterOrEqual": return x >= y ? 1 : 0
    case "LessOrEqual": return x <= y ? 1 : 0
    case "And": return x != 0 && y != 0 ? 1 : 0
    case "Or": return x != 0 || y != 0 ? 1 : 0
    default: return nil
    }
  }
}
