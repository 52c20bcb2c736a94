public import SystemPackage
public import TensorCore

/// Writes a safetensors file, one tensor after another, none of them kept in memory.
///
/// ```swift
/// var file = try SafetensorsWriter("activations.safetensors", metadata: ["model": "vgg16"])
/// try file.add(tensor, named: "block1_conv1")
/// try file.finish()
/// ```
///
/// Numbers are 32-bit floats, little-endian, in the order added; the header is padded to 8 bytes and its names are sorted,
/// so equal tensors give equal bytes. Numbers wait in a hidden temporary; without ``finish()`` nothing is left behind.
public struct SafetensorsWriter: ~Copyable {
  private let path: FilePath
  private let spill: Spill
  private let metadata: [String: String]
  private var entries: [String: (shape: Shape, bytes: Range<Int>)] = [:]

  /// Begins a file at `path` with texts for `__metadata__`; throws ``WeightFileError`` when the folder cannot be written to.
  public init(_ path: FilePath, metadata: [String: String] = [:]) throws(WeightFileError) {
    self.path = path
    self.metadata = metadata
    do { spill = try Spill(beside: path) } catch { throw .file(error) }
  }

  /// Adds a tensor; each name once.
  public mutating func add(_ tensor: Tensor, named name: String) throws(WeightFileError) {
    guard entries[name] == nil, name != "__metadata__" else {
      throw .duplicateName(file: path.string, name: name)
    }
    let start = spill.size
    do {
      try tensor.withLittleEndianBytes { (bytes) throws(TensorFileError) in try spill.write(bytes) }
    } catch { throw .file(error) }
    entries[name] = (tensor.shape, start..<spill.size)
  }

  /// Puts the file in place, whole.
  public consuming func finish() throws(WeightFileError) {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { "\(jsonText($0.key)):\(jsonText($0.value))" }
      members.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      let extents = entry.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\(jsonText(name)):{\"dtype\":\"F32\",\"shape\":[\(extents)],\"data_offsets\":[\(entry.bytes.lowerBound),"
          + "\(entry.bytes.upperBound)]}")
    }
    var header = Array(("{" + members.joined(separator: ",") + "}").utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    let (beginning, spill) = (length + header, spill)
    do {
      try writeWhole(to: path) { (write) throws(TensorFileError) in
        try beginning.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
          try write(UnsafeRawBufferPointer(bytes))
        }
        try spill.read { (bytes) throws(TensorFileError) in try write(bytes) }
      }
    } catch { throw .file(error) }
  }
}

/// `text` as a JSON string, quotes included.
package func jsonText(_ text: String) -> String { JSONValue.text(text).serialised }
