import TensorCore

/// A Caffe file: a network's description, its weights, or both (`.caffemodel`, `.prototxt`), or a mean image (`.binaryproto`).
///
/// Layers of all three generations come out as the present one, `LayerParameter`, by ``CaffeLayers``.
package struct CaffeFile: Sendable {
  let file: MappedFile
  /// The network's name, empty for a mean image.
  package let name: String
  /// Every layer as a `LayerParameter`, in the order of the file.
  package let layers: [CaffeMessage]
  /// Where pictures enter by the older ways (`input`, `input_dim`, `input_shape`): name and extents.
  package let inputs: [(name: String, dimensions: [Int])]
  /// The arrays by the names they have here: `conv1/0`, `conv1/1`.
  let blobs: [(name: String, blob: CaffeBlob)]
  private let index: [String: Int]

  private static let mostLayers = 100_000

  /// A `.caffemodel`.
  init(binary file: MappedFile) throws(WeightFileError) {
    try file.checkingSize()
    let net: CaffeMessage
    do {
      net = try file.withBytes { (bytes) throws(ProtobufError) in
        var reader = CaffeBinary(bytes)
        return try reader.message("Net", in: 0..<bytes.count)
      }
    } catch { throw error.weightFileError(file) }
    try self.init(file, net)
  }

  /// A `.prototxt`.
  init(text file: MappedFile) throws(WeightFileError) {
    try file.checkingSize()
    let net: CaffeMessage
    do {
      net = try Prototxt.message(file.withBytes(Array.init))
    } catch {
      throw .damaged(file: file.path.string, part: "", problem: "line \(error.line): \(error.problem)")
    }
    try self.init(file, net)
  }

  /// A mean image; it is listed as one array, `mean`.
  init(meanImage file: MappedFile) throws(WeightFileError) {
    try file.checkingSize()
    let blob: CaffeBlob
    do {
      blob = try file.withBytes { (bytes) throws(ProtobufError) in
        try CaffeBinary(bytes).blob(in: 0..<bytes.count)
      }
    } catch { throw error.weightFileError(file) }
    self.file = file
    name = ""
    layers = []
    inputs = []
    blobs = [("mean", blob)]
    index = ["mean": 0]
  }

  private init(_ file: MappedFile, _ net: CaffeMessage) throws(WeightFileError) {
    let path = file.path.string
    let layers = CaffeLayers.present(net)
    guard layers.count <= Self.mostLayers else {
      throw .damaged(file: path, part: "", problem: "there are more than \(Self.mostLayers) layers")
    }
    let names = net.texts("input")
    let shapes = net.messages("input_shape").map { $0.integers("dim") }
    let legacy = net.integers("input_dim")
    inputs = names.enumerated().map { index, name in
      if shapes.indices.contains(index) { return (name, shapes[index]) }
      return (name, Array(legacy.dropFirst(4 * index).prefix(4)))
    }
    var blobs: [(String, CaffeBlob)] = []
    var index: [String: Int] = [:]
    for layer in layers {
      let name = layer.text("name") ?? ""
      for (place, blob) in layer.blobs.enumerated() where blob.numbers.count > 0 {
        guard index.updateValue(blobs.count, forKey: "\(name)/\(place)") == nil else {
          throw .duplicateName(file: path, name: "\(name)/\(place)")
        }
        blobs.append(("\(name)/\(place)", blob))
      }
    }
    self.file = file
    self.name = net.text("name") ?? ""
    self.layers = layers
    self.blobs = blobs
    self.index = index
  }

  /// Whether layers say what they read, so that the file is a network by itself.
  package var describesLayers: Bool { layers.contains { $0.has("bottom") } }

  var entries: [WeightFile.Entry] {
    blobs.compactMap { name, blob in
      Shape(checking: blob.dimensions).map {
        .init(name: name, shape: $0, type: blob.numbers.size == 4 ? .float32 : .float64)
      }
    }
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    guard let place = index[name], let shape = Shape(checking: blobs[place].blob.dimensions) else {
      throw .noSuchTensor(
        file: file.path.string, name: name, nearest: nearestNames(to: name, in: blobs.map(\.name)))
    }
    do { return try blobs[place].blob.numbers.tensor(in: file, shape: shape) } catch { throw .file(error) }
  }
}

extension MappedFile {
  func checkingSize() throws(WeightFileError) { do { try checkSize() } catch { throw .file(error) } }
}

extension ProtobufError {
  func weightFileError(_ file: MappedFile) -> WeightFileError {
    .damaged(file: file.path.string, part: "", problem: "byte \(offset): \(problem)")
  }
}

extension WeightFile {
  static func caffe(_ content: CaffeFile, _ format: Format) -> WeightFile {
    WeightFile(
      content.file.path, format, framework: "caffe", entries: content.entries,
      metadata: content.name.isEmpty ? [:] : ["name": content.name], .caffe(content))
  }
}
