package import SystemPackage
package import TensorCore

extension SafetensorsFile {
  /// Writes tensors as F32, one after another in the order of their names, whole or not at all.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], to path: FilePath
  ) throws(WeightFileError) {
    let tensors = tensors.sorted { $0.name < $1.name }
    var members: [String: JSONValue] = [:]
    if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .text($0) }) }
    var position = 0
    for (name, tensor) in tensors {
      let end = position + tensor.shape.count * 4
      let entry: [String: JSONValue] = [
        "dtype": .text("F32"), "shape": .list(tensor.shape.dimensions.map { .number(Double($0)) }),
        "data_offsets": .list([.number(Double(position)), .number(Double(end))]),
      ]
      guard members.updateValue(.object(entry), forKey: name) == nil else {
        throw .duplicateName(file: path.string, name: name)
      }
      position = end
    }
    var header = Array(JSONValue.object(members).serialised.utf8)
    // Padded with spaces, so that the numbers begin at a multiple of 8 bytes.
    header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
    do throws(TensorFileError) {
      try writeWhole(to: path) { (write) throws(TensorFileError) in
        try (length + header).withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
          try write(UnsafeRawBufferPointer(bytes))
        }
        for (_, tensor) in tensors { try tensor.withLittleEndianBytes(write) }
      }
    } catch { throw .file(error) }
  }
}
