import TensorCore

/// What the first bytes of a file say it is.
enum FileSignature {
  case hdf5, zip, npy, safetensors
  /// PyTorch's format before version 1.6.
  case pytorch
  case caffe, caffeText, meanImage
  case onnx
  case json
  /// Known by sight; the format's name and what to do instead.
  case other(String, advice: String)
  case unknown([UInt8])

  init(_ file: MappedFile) throws(WeightFileError) {
    do { try file.checkSize() } catch { throw .file(error) }
    self = file.withBytes(FileSignature.init)
  }

  private init(_ bytes: UnsafeRawBufferPointer) {
    if Self.isHDF5(bytes) {
      self = .hdf5
    } else if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
      self = .zip
    } else if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      self = .npy
    } else if PyTorchFile.isLegacy(bytes) {
      self = .pytorch
    } else if SafetensorsFile.isLikely(bytes) {
      self = .safetensors
    } else if bytes.first == UInt8(ascii: "{") {
      self = .json
    } else if let kind = ProtobufSignature(bytes) {
      self =
        switch kind {
        case .onnx: .onnx
        case .caffe: .caffe
        case .meanImage: .meanImage
        case .text: .caffeText
        }
    } else if let (name, advice) = Self.recognised(bytes) {
      self = .other(name, advice: advice)
    } else {
      self = .unknown(Array(bytes.prefix(8)))
    }
  }

  /// HDF5's signature lies at 0, 512, 1024, 2048, ...
  private static func isHDF5(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    var offset = 0
    while offset + 8 <= bytes.count, offset <= 1 << 20 {
      if bytes[offset..<(offset + 8)].elementsEqual(signature) { return true }
      offset = offset == 0 ? 512 : offset * 2
    }
    return false
  }

  private static func recognised(_ bytes: UnsafeRawBufferPointer) -> (String, String)? {
    let start = Array(bytes.prefix(64))
    if start.starts(with: [0x80]), start.count > 1, (1...5).contains(start[1]) {
      return ("a Python pickle", "expected tensors saved by torch.save; save them as safetensors")
    }
    if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      return ("a tar archive", "PyTorch before 0.1.10 saved these: load it there and save it again")
    }
    if start.starts(with: "GIF8".utf8) || start.starts(with: [0xFF, 0xD8, 0xFF])
      || start.starts(with: [0x89, 0x50, 0x4E, 0x47])
    {
      return ("a picture", "expected a file of weights")
    }
    if start.count > 12, start[0] == 0x0A {
      return ("a protobuf message (a TensorFlow graph?)", "convert it to .h5 or safetensors")
    }
    return nil
  }
}
