import SystemPackage
import TensorCore

/// Reads ONNX's messages (onnx.proto3), as far as networks that run need them; the numbers of tensors stay in the file.
struct OnnxBinary {
  private let file: MappedFile
  private let bytes: UnsafeRawBufferPointer
  private var external: OnnxExternalData
  private var thingsLeft = mostThings

  /// More nodes, tensors, names and settings than any network has; each takes memory here.
  private static let mostThings = 2_000_000
  private static let mostAxes = 32
  private static let longestList = 1 << 16

  /// What is wrong with the file, of this reader's or of the parts'.
  typealias Failure = WeightFileError

  init(_ file: MappedFile, _ bytes: UnsafeRawBufferPointer) {
    self.file = file
    self.bytes = bytes
    external = OnnxExternalData(beside: file.path)
  }

  private func wrong(_ field: ProtobufReader.Field, _ problem: String) -> Failure {
    ProtobufError(field.start, problem).weightFileError(file)
  }

  /// Calls `body` for every field of the message in `range`.
  private mutating func eachField(
    in range: Range<Int>, _ body: (inout Self, ProtobufReader.Field) throws(Failure) -> Void
  ) throws(Failure) {
    var reader = ProtobufReader(bytes, in: range)
    while let field = try next(&reader) {
      guard thingsLeft > 0 else { throw wrong(field, "more than \(Self.mostThings) fields") }
      thingsLeft -= 1
      try body(&self, field)
    }
  }

  private func next(_ reader: inout ProtobufReader) throws(Failure) -> ProtobufReader.Field? {
    do { return try reader.next() } catch { throw error.weightFileError(file) }
  }

  private func message(_ field: ProtobufReader.Field, _ what: String) throws(Failure) -> Range<Int> {
    guard case .bytes(let range) = field.value else { throw wrong(field, "\(what) is of a wrong wire type") }
    return range
  }

  private func text(_ field: ProtobufReader.Field, _ what: String) throws(Failure) -> String {
    bytes.text(try message(field, what))
  }

  private func integer(_ field: ProtobufReader.Field, _ what: String) throws(Failure) -> Int {
    guard case .varint(let number) = field.value else {
      throw wrong(field, "\(what) is of a wrong wire type")
    }
    return Int(Int64(bitPattern: number))
  }

  /// What a repeated field of whole numbers holds, packed or a single one.
  private func integers(_ field: ProtobufReader.Field, _ what: String, atMost limit: Int)
    throws(Failure) -> [Int]
  {
    guard case .bytes(let range) = field.value else { return [try integer(field, what)] }
    do {
      return try bytes.packedVarints(range, atMost: limit).map { Int(Int64(bitPattern: $0)) }
    } catch { throw error.weightFileError(file) }
  }

  // MARK: the file

  mutating func model() throws(Failure) -> OnnxFile.Model {
    var model = OnnxFile.Model()
    try eachField(in: 0..<bytes.count) { (reader, field) throws(Failure) in
      switch field.number {
      case 1: model.version = try reader.integer(field, "the version")
      case 2: model.producer = try reader.text(field, "the producer's name")
      case 3: model.producerVersion = try reader.text(field, "the producer's version")
      case 7:
        let range = try reader.message(field, "the graph")
        model.graph = try reader.graph(in: range)
      case 8:
        let (domain, version) = try reader.operatorSet(in: reader.message(field, "an operator set"))
        model.operatorSets[domain] = version
      case 14:
        let (key, value) = try reader.pair(in: reader.message(field, "a property"))
        model.properties[key] = value
      default: break
      }
    }
    return model
  }

  private mutating func operatorSet(in range: Range<Int>) throws(Failure) -> (String, Int) {
    var (domain, version) = ("", 0)
    try eachField(in: range) { (reader, field) throws(Failure) in
      switch field.number {
      case 1: domain = OnnxFile.domain(try reader.text(field, "a domain"))
      case 2: version = try reader.integer(field, "an operator set's version")
      default: break
      }
    }
    return (domain, version)
  }

  /// `StringStringEntryProto`.
  private mutating func pair(in range: Range<Int>) throws(Failure) -> (String, String) {
    var (key, value) = ("", "")
    try eachField(in: range) { (reader, field) throws(Failure) in
      switch field.number {
      case 1: key = try reader.text(field, "a key")
      case 2: value = try reader.text(field, "a value")
      default: break
      }
    }
    return (key, value)
  }

  private mutating func graph(in range: Range<Int>) throws(Failure) -> OnnxGraph {
    var graph = OnnxGraph()
    try eachField(in: range) { (reader, field) throws(Failure) in
      switch field.number {
      case 1: graph.nodes.append(try reader.node(in: reader.message(field, "a node")))
      case 2: graph.name = try reader.text(field, "the graph's name")
      case 5:
        graph.initialisers.append(
          try reader.tensor(in: reader.message(field, "a tensor"), at: field, of: "an initialiser"))
      case 11: graph.inputs.append(try reader.value(in: reader.message(field, "an input")))
      case 12: graph.outputs.append(try reader.value(in: reader.message(field, "an output")))
      case 15: throw reader.wrong(field, "sparse tensors are not supported")
      default: break
      }
    }
    return graph
  }

  private mutating func node(in range: Range<Int>) throws(Failure) -> OnnxNode {
    var node = OnnxNode()
    // Attributes may come before the name that messages about them give.
    var attributes: [ProtobufReader.Field] = []
    try eachField(in: range) { (reader, field) throws(Failure) in
      switch field.number {
      case 1: node.inputs.append(try reader.text(field, "an input's name"))
      case 2: node.outputs.append(try reader.text(field, "an output's name"))
      case 3: node.name = try reader.text(field, "a node's name")
      case 4: node.operation = try reader.text(field, "an operation")
      case 5: attributes.append(field)
      case 7: node.domain = OnnxFile.domain(try reader.text(field, "a domain"))
      default: break
      }
    }
    let name = node.name.isEmpty ? node.outputs.first ?? "" : node.name
    for field in attributes {
      let (key, value) = try attribute(in: message(field, "an attribute"), of: name)
      node.attributes[key] = value
    }
    return node
  }

  private mutating func attribute(in range: Range<Int>, of node: String) throws(Failure)
    -> (String, OnnxAttribute)
  {
    var name = ""
    var (floats, integers, texts): ([Float], [Int], [String]) = ([], [], [])
    var single: OnnxAttribute?
    var type = 0
    try eachField(in: range) { (reader, field) throws(Failure) in
      switch (field.number, field.value) {
      case (1, _): name = try reader.text(field, "an attribute's name")
      case (2, .fixed32(let bits)): single = .float(Float(bitPattern: bits))
      case (3, _): single = .integer(try reader.integer(field, "an attribute"))
      case (4, _): single = .text(try reader.text(field, "an attribute"))
      case (5, _):
        single = .tensor(try reader.tensor(in: reader.message(field, "a tensor"), at: field, of: node))
      case (6, _): single = .other
      case (7, .fixed32(let bits)): floats.append(Float(bitPattern: bits))
      case (7, .bytes(let range)):
        guard range.count % 4 == 0, range.count <= 4 * Self.longestList else {
          throw reader.wrong(field, "an attribute of node '\(node)' is no list of numbers")
        }
        for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
          let bits = reader.bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
          floats.append(Float(bitPattern: UInt32(littleEndian: bits)))
        }
      case (8, _): integers += try reader.integers(field, "an attribute", atMost: Self.longestList)
      case (9, _): texts.append(try reader.text(field, "an attribute"))
      case (20, _): type = try reader.integer(field, "an attribute's type")
      case (10...15, _), (22...23, _): single = .other
      case (2, _), (7, _): throw reader.wrong(field, "an attribute of node '\(node)' is of a wrong wire type")
      default: break
      }
    }
    // A zero or an empty list is not written: only the type says that it is there.
    let value: OnnxAttribute =
      switch type {
      case 6: .floats(floats)
      case 7: .integers(integers)
      case 8: .texts(texts)
      case 1: single ?? .float(0)
      case 2: single ?? .integer(0)
      case 3: single ?? .text("")
      default:
        single
          ?? (!floats.isEmpty
            ? .floats(floats)
            : !integers.isEmpty ? .integers(integers) : !texts.isEmpty ? .texts(texts) : .other)
      }
    return (name, value)
  }

  private mutating func value(in range: Range<Int>) throws(Failure) -> OnnxValue {
    var value = OnnxValue()
    try eachField(in: range) { (reader, field) throws(Failure) in
      switch field.number {
      case 1: value.name = try reader.text(field, "a value's name")
      case 2: value.dimensions = try reader.type(in: reader.message(field, "a value's type"))
      default: break
      }
    }
    return value
  }

  /// `TypeProto`, of which only a tensor's shape matters.
  private mutating func type(in range: Range<Int>) throws(Failure) -> [Int?]? {
    var dimensions: [Int?]?
    try eachField(in: range) { (reader, field) throws(Failure) in
      guard field.number == 1 else { return }
      try reader.eachField(in: reader.message(field, "a tensor's type")) { (reader, field) throws(Failure) in
        guard field.number == 2 else { return }
        var found: [Int?] = []
        try reader.eachField(in: reader.message(field, "a shape")) { (reader, field) throws(Failure) in
          guard field.number == 1 else { return }
          guard found.count < Self.mostAxes else {
            throw reader.wrong(field, "more than \(Self.mostAxes) axes")
          }
          var extent: Int?
          try reader.eachField(in: reader.message(field, "an extent")) { (reader, field) throws(Failure) in
            if field.number == 1 { extent = try reader.integer(field, "an extent") }
          }
          found.append(extent.flatMap { $0 > 0 ? $0 : nil })
        }
        dimensions = found
      }
    }
    return dimensions
  }

  // MARK: tensors

  private mutating func tensor(in range: Range<Int>, at field: ProtobufReader.Field, of owner: String)
    throws(Failure) -> OnnxTensor
  {
    var parts = OnnxTensorParts()
    try eachField(in: range) { (reader, field) throws(Failure) in
      do throws(ProtobufError) {
        switch (field.number, field.value) {
        case (4, _): try parts.floats.append(field)
        case (10, _): try parts.doubles.append(field)
        case (5, .bytes(let range)), (7, .bytes(let range)), (11, .bytes(let range)):
          parts.varints.append(range)
        case (5, .varint), (7, .varint), (11, .varint):
          // Not packed: the number itself, without its tag.
          parts.append(varintAt: field.valueStart..<reader.end(of: field))
        case (9, .bytes(let range)): parts.raw = range
        default: break
        }
      } catch { throw error.weightFileError(reader.file) }
      switch field.number {
      case 1: parts.dimensions += try reader.integers(field, "an extent", atMost: Self.mostAxes)
      case 2: parts.type = try reader.integer(field, "a tensor's type")
      case 3: throw reader.wrong(field, "tensors in segments are not supported")
      case 8: parts.name = try reader.text(field, "a tensor's name")
      case 13:
        let (key, value) = try reader.pair(in: reader.message(field, "a place of data"))
        parts.external[key] = value
      case 14: parts.isExternal = try reader.integer(field, "a place of data") == 1
      default: break
      }
    }
    let name = parts.name.isEmpty ? owner : parts.name
    return try parts.tensor(named: name, in: file, at: field.start, &external)
  }

  /// Where a number of varying length ends.
  private func end(of field: ProtobufReader.Field) -> Int {
    var place = field.valueStart
    while bytes[place] >= 0x80 { place += 1 }
    return place + 1
  }
}
