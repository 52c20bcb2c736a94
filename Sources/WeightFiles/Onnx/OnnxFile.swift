import TensorCore

/// An ONNX file: a network's graph with its weights (`ModelProto`, onnx.proto3).
package struct OnnxFile: Sendable {
  struct Model {
    var version = 0
    var producer = ""
    var producerVersion = ""
    var operatorSets: [String: Int] = [:]
    var properties: [String: String] = [:]
    var graph: OnnxGraph?
  }

  let file: MappedFile
  package let graph: OnnxGraph
  /// The program that wrote the file: `pytorch`, `onnx-caffe2`, ...
  package let producer: String
  /// The version of the operations of each domain, `""` being ONNX's own.
  package let operatorSets: [String: Int]
  let metadata: [String: String]
  private let index: [String: Int]

  /// Reads the structure; tensors stay in the file.
  init(_ file: MappedFile) throws(WeightFileError) {
    try file.checkingSize()
    let model = try file.withBytes { (bytes) throws(WeightFileError) in
      var reader = OnnxBinary(file, bytes)
      return try reader.model()
    }
    guard let graph = model.graph else {
      throw .damaged(file: file.path.string, part: "", problem: "an ONNX model without a graph")
    }
    var index: [String: Int] = [:]
    for (place, tensor) in graph.initialisers.enumerated() {
      guard index.updateValue(place, forKey: tensor.name) == nil else {
        throw .duplicateName(file: file.path.string, name: tensor.name)
      }
    }
    self.file = file
    self.graph = graph
    self.index = index
    producer = model.producer
    operatorSets = model.operatorSets
    var metadata = model.properties
    if !graph.name.isEmpty { metadata["name"] = graph.name }
    metadata["producer"] = [model.producer, model.producerVersion].filter { !$0.isEmpty }.joined(
      separator: " ")
    metadata["opset"] = "\(model.operatorSets[""] ?? 1)"
    self.metadata = metadata
  }

  /// The version of ONNX's own operations.
  package var operatorSet: Int { operatorSets[""] ?? 1 }

  /// `ai.onnx` is another name of ONNX's own domain.
  static func domain(_ name: String) -> String { name == "ai.onnx" ? "" : name }

  var entries: [WeightFile.Entry] {
    graph.initialisers.map { .init(name: $0.name, shape: $0.shape, type: $0.type) }
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    guard let place = index[name] else {
      throw .noSuchTensor(
        file: file.path.string, name: name,
        nearest: nearestNames(to: name, in: graph.initialisers.map(\.name)))
    }
    return try graph.initialisers[place].tensor()
  }
}

extension WeightFile {
  static func onnx(_ content: OnnxFile) -> WeightFile {
    let producer = content.metadata["producer"] ?? ""
    return WeightFile(
      content.file.path, .onnx,
      framework: (producer.isEmpty ? "" : producer + ", ") + "opset \(content.operatorSet)",
      entries: content.entries, metadata: content.metadata, .onnx(content))
  }
}
