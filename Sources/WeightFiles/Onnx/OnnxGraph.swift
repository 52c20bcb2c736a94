/// A network as an ONNX file describes it (`GraphProto`).
package struct OnnxGraph: Sendable {
  package internal(set) var name = ""
  package internal(set) var nodes: [OnnxNode] = []
  package internal(set) var initialisers: [OnnxTensor] = []
  package internal(set) var inputs: [OnnxValue] = []
  package internal(set) var outputs: [OnnxValue] = []
}

/// One operation (`NodeProto`).
package struct OnnxNode: Sendable {
  package internal(set) var name = ""
  package internal(set) var operation = ""
  /// Empty for ONNX's own operations, also where the file writes `ai.onnx`.
  package internal(set) var domain = ""
  /// Empty names stand for inputs that are left out.
  package internal(set) var inputs: [String] = []
  package internal(set) var outputs: [String] = []
  package internal(set) var attributes: [String: OnnxAttribute] = [:]
}

/// A setting of an operation (`AttributeProto`).
package enum OnnxAttribute: Sendable {
  case float(Float)
  case integer(Int)
  case text(String)
  case floats([Float])
  case integers([Int])
  case texts([String])
  case tensor(OnnxTensor)
  /// A graph or another thing that convolutional networks do without.
  case other
}

/// A graph's input or output (`ValueInfoProto`).
package struct OnnxValue: Sendable {
  package internal(set) var name = ""
  /// The extents, `nil` where they are open; no list where not even their number is given.
  package internal(set) var dimensions: [Int?]?
}
