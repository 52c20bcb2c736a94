/// Reads a pickle (Python's `pickletools`, protocols 2 to 5) as data and executes nothing.
///
/// ```swift
/// let pickle = try PickleMachine.read(bytes, from: 0)
/// ```
///
/// Names are compared with a list of harmless ones when they are met. Calls, states and persistent identifiers become
/// nodes. Steps, nodes and the stack are bounded.
struct PickleMachine {
  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var nodes: [PickleNode] = []

  /// Checkpoints of the largest published networks take some ten thousand.
  static let mostSteps = 8_000_000
  static let mostNodes = 2_000_000

  private init(_ bytes: UnsafeRawBufferPointer, from start: Int) {
    self.bytes = bytes
    position = start
  }

  /// The pickle that begins at `start`.
  static func read(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) throws(PickleError) -> Pickle {
    var machine = PickleMachine(bytes, from: start)
    return try machine.run()
  }

  private func damaged(_ problem: String) -> PickleError { .damaged(offset: position, problem: problem) }

  private mutating func run() throws(PickleError) -> Pickle {
    for _ in 0..<Self.mostSteps {
      let code = try byte()
      if code == UInt8(ascii: ".") {
        return Pickle(root: try pop(), nodes: nodes, end: position)
      }
      try step(code)
    }
    throw damaged("it takes more than \(Self.mostSteps) steps")
  }

  private mutating func step(_ code: UInt8) throws(PickleError) {
    switch code {
    case 0x80:
      let version = try byte()
      guard (1...5).contains(version) else { throw damaged("protocol \(version) is not known") }
    case 0x95: try skip(8)
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"):
      let top = try pop()
      stack += [top, top]
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.truth(true))
    case 0x89: stack.append(.truth(false))
    case UInt8(ascii: "J"), UInt8(ascii: "K"), UInt8(ascii: "M"), 0x8A, 0x8B, UInt8(ascii: "G"):
      stack.append(try number(code))
    case UInt8(ascii: "X"), 0x8C, 0x8D, UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E, 0x96, UInt8(ascii: "T"),
      UInt8(ascii: "U"):
      stack.append(try text(code))
    case UInt8(ascii: "]"), UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "l"), UInt8(ascii: ")"),
      UInt8(ascii: "t"), 0x85, 0x86, 0x87, UInt8(ascii: "}"), UInt8(ascii: "d"), UInt8(ascii: "s"),
      UInt8(ascii: "u"), 0x8F, 0x90, 0x91:
      try container(code)
    case UInt8(ascii: "q"), UInt8(ascii: "r"), 0x94: try memoise(code)
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(try length(4))
    case UInt8(ascii: "c"): stack.append(try global(module: try line(), name: try line()))
    case 0x93:
      let (name, module) = (try pop(), try pop())
      guard let name = name.text, let module = module.text else { throw damaged("a name is no text") }
      stack.append(try global(module: module, name: name))
    case UInt8(ascii: "R"), 0x81:
      let (arguments, callee) = (try pop(), try pop())
      try call(callee, arguments)
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"):
      let identifier = try pop()
      try push(.persistent(identifier))
    default:
      throw damaged("the instruction \(code) is not one of those a file of tensors needs")
    }
  }

  // MARK: numbers and texts

  private mutating func number(_ code: UInt8) throws(PickleError) -> PickleValue {
    switch code {
    case UInt8(ascii: "K"): return .integer(Int(try byte()))
    case UInt8(ascii: "M"): return .integer(try length(2))
    case UInt8(ascii: "J"):
      return .integer(Int(Int32(truncatingIfNeeded: try length(4))))
    case UInt8(ascii: "G"):
      let range = try take(8)
      let bits = bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return .number(Double(bitPattern: bits))
    default:
      let count = code == 0x8A ? Int(try byte()) : try length(4)
      guard count <= 4096 else { throw damaged("a whole number of \(count) bytes") }
      let range = try take(count)
      guard count <= 8 else { return .longInteger(Array(bytes[range])) }
      var value: UInt64 = count > 0 && bytes[range.upperBound - 1] >= 0x80 ? .max : 0
      for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
      return .integer(Int(Int64(bitPattern: value)))
    }
  }

  private mutating func text(_ code: UInt8) throws(PickleError) -> PickleValue {
    let count: Int
    switch code {
    case 0x8C, UInt8(ascii: "C"), UInt8(ascii: "U"): count = Int(try byte())
    case UInt8(ascii: "X"), UInt8(ascii: "B"), UInt8(ascii: "T"): count = try length(4)
    default: count = try length(8)
    }
    let range = try take(count)
    switch code {
    case UInt8(ascii: "X"), 0x8C, 0x8D: return .text(String(decoding: bytes[range], as: UTF8.self))
    // Python 2 had one type for texts and bytes: what is short and plain is taken for a text.
    case UInt8(ascii: "U") where bytes[range].allSatisfy({ (0x20..<0x7F).contains($0) }):
      return .text(String(decoding: bytes[range], as: UTF8.self))
    default: return .bytes(range)
    }
  }

  // MARK: containers

  private mutating func container(_ code: UInt8) throws(PickleError) {
    switch code {
    case UInt8(ascii: "]"), 0x8F: try push(.list([]))
    case UInt8(ascii: ")"): try push(.tuple([]))
    case UInt8(ascii: "}"): try push(.dictionary([], []))
    case UInt8(ascii: "l"), 0x91: try push(.list(try popToMark()))
    case UInt8(ascii: "t"): try push(.tuple(try popToMark()))
    case 0x85: try push(.tuple([try pop()]))
    case 0x86:
      let (b, a) = (try pop(), try pop())
      try push(.tuple([a, b]))
    case 0x87:
      let (c, b, a) = (try pop(), try pop(), try pop())
      try push(.tuple([a, b, c]))
    case UInt8(ascii: "d"):
      let items = try popToMark()
      try push(.dictionary([], []))
      try set(items)
    case UInt8(ascii: "a"): try extend([try pop()])
    case UInt8(ascii: "e"), 0x90: try extend(try popToMark())
    case UInt8(ascii: "s"):
      let (value, key) = (try pop(), try pop())
      try set([key, value])
    default: try set(try popToMark())
    }
  }

  private func topNode() throws(PickleError) -> Int {
    guard case .node(let index)? = stack.last, stack.count > (marks.last ?? 0) else {
      throw damaged("something is put into what is no container")
    }
    return index
  }

  private mutating func extend(_ items: [PickleValue]) throws(PickleError) {
    let index = try topNode()
    guard case .list(var list) = nodes[index] else { throw damaged("items are put into what is no list") }
    // The node lets go of its array first: else every single append would copy it.
    nodes[index] = .list([])
    list += items
    nodes[index] = .list(list)
  }

  private mutating func set(_ items: [PickleValue]) throws(PickleError) {
    let index = try topNode()
    guard case .dictionary(var keys, var values) = nodes[index], items.count % 2 == 0 else {
      throw damaged("pairs are put into what is no dictionary")
    }
    nodes[index] = .dictionary([], [])
    for pair in stride(from: 0, to: items.count, by: 2) {
      keys.append(items[pair])
      values.append(items[pair + 1])
    }
    nodes[index] = .dictionary(keys, values)
  }

  // MARK: names and calls

  private func global(module: String, name: String) throws(PickleError) -> PickleValue {
    let global = PickleGlobal(module: module, name: name)
    guard PickleGlobals.isAllowed(global) else { throw .refused("\(global)") }
    return .global(global)
  }

  private mutating func call(_ callee: PickleValue, _ arguments: PickleValue) throws(PickleError) {
    guard case .global(let global) = callee else { throw damaged("what is called is no name") }
    guard case .node(let index) = arguments, case .tuple(let items) = nodes[index] else {
      throw damaged("the arguments of \(global) are no tuple")
    }
    guard global.name == "OrderedDict" else { return try push(.call(global, items, state: nil)) }
    // Python 2 passes a list of pairs, Python 3 fills the empty dictionary afterwards.
    var (keys, values): ([PickleValue], [PickleValue]) = ([], [])
    if let first = items.first {
      guard case .node(let list) = first, case .list(let pairs) = nodes[list] else {
        throw damaged("an OrderedDict is made of what is no list of pairs")
      }
      for pair in pairs {
        guard case .node(let index) = pair else { throw damaged("a pair is none") }
        switch nodes[index] {
        case .tuple(let both) where both.count == 2, .list(let both) where both.count == 2:
          keys.append(both[0])
          values.append(both[1])
        default: throw damaged("a pair is none")
        }
      }
    }
    try push(.dictionary(keys, values))
  }

  private mutating func build() throws(PickleError) {
    let state = try pop()
    let index = try topNode()
    // Attributes of containers (`_metadata` of a state dict) say nothing of tensors.
    if case .call(let global, let arguments, _) = nodes[index] {
      nodes[index] = .call(global, arguments, state: state)
    }
  }

  // MARK: the stack, the memo and the bytes

  private mutating func push(_ node: PickleNode) throws(PickleError) {
    guard nodes.count < Self.mostNodes else { throw damaged("it holds more than \(Self.mostNodes) objects") }
    stack.append(.node(nodes.count))
    nodes.append(node)
  }

  private mutating func pop() throws(PickleError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let top = stack.popLast() else {
      throw damaged("it takes more from the stack than is on it")
    }
    return top
  }

  private mutating func popToMark() throws(PickleError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw damaged("a mark is missing") }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  private mutating func memoise(_ code: UInt8) throws(PickleError) {
    let index: Int
    switch code {
    case UInt8(ascii: "q"): index = Int(try byte())
    case UInt8(ascii: "r"): index = try length(4)
    default: index = memo.count
    }
    guard let top = stack.last else { throw damaged("nothing is there to be remembered") }
    memo[index] = top
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let value = memo[index] else { throw damaged("it recalls number \(index), which was never stored") }
    stack.append(value)
  }

  private mutating func byte() throws(PickleError) -> UInt8 {
    guard position < bytes.count else { throw damaged("it is cut off") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func take(_ count: Int) throws(PickleError) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else {
      throw damaged("it claims \(count) bytes, \(bytes.count - position) are left")
    }
    defer { position += count }
    return position..<(position + count)
  }

  private mutating func skip(_ count: Int) throws(PickleError) { _ = try take(count) }

  /// A little-endian number of so many bytes, not negative.
  private mutating func length(_ size: Int) throws(PickleError) -> Int {
    let range = try take(size)
    let value = bytes[range].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let length = Int(exactly: value) else { throw damaged("it claims \(value) bytes") }
    return length
  }

  /// A line without its end.
  private mutating func line() throws(PickleError) -> String {
    let start = position
    while try byte() != 0x0A {
      guard position - start < 1000 else { throw damaged("a name does not end") }
    }
    return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
  }
}
