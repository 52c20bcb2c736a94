public import SystemPackage

extension Tensor {
  /// The array in the bytes of a `.npy` file, of any real numeric type, byte order and element order.
  ///
  /// The shape is the file's own, row-major whatever the file's order; numbers become the nearest 32-bit floats.
  /// Throws ``TensorFileError``, naming `file`; bytes after the array are not looked at, as in numpy.
  public init(npy bytes: UnsafeRawBufferPointer, file: String = "npy data") throws(TensorFileError) {
    let header = try NpyHeader(bytes, file: file)
    let found = bytes.count - header.dataOffset
    guard found >= header.dataSize else {
      throw .tooShort(file: file, expected: header.dataSize, found: found)
    }
    let numbers = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
    let stored = Tensor(shape: header.storedShape) { floats in
      header.type.decode(numbers, order: header.order, into: floats)
    }
    self = header.rowMajor(stored)
  }

  /// As ``init(npy:file:)-(UnsafeRawBufferPointer,_)`` for bytes in an array.
  public init(npy bytes: [UInt8], file: String = "npy data") throws(TensorFileError) {
    self = try bytes.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
      try Tensor(npy: UnsafeRawBufferPointer(bytes), file: file)
    }
  }

  /// The array in the `.npy` file at `path`; little-endian 32-bit floats stay in the file, mapped.
  ///
  /// Throws ``TensorFileError`` when the file cannot be read or is no sound array of numbers.
  public init(npy path: FilePath) throws(TensorFileError) {
    self = try Tensor(npyIn: MappedFile(path))
  }

  /// As ``init(npy:)-(FilePath)`` for a path that is text.
  public init(npy path: String) throws(TensorFileError) { try self.init(npy: FilePath(path)) }

  /// The array in `range` of a mapped file (all of it by default), which must hold a `.npy` file.
  package init(npyIn file: MappedFile, range: Range<Int>? = nil, named name: String? = nil)
    throws(TensorFileError)
  {
    let range = range ?? 0..<file.size
    let name = name ?? file.path.string
    try file.checkSize()
    let header = try file.withBytes { (bytes) throws(TensorFileError) in
      try NpyHeader(UnsafeRawBufferPointer(rebasing: bytes[range]), file: name)
    }
    let found = range.count - header.dataOffset
    guard found >= header.dataSize else {
      throw .tooShort(file: name, expected: header.dataSize, found: found)
    }
    let start = range.lowerBound + header.dataOffset
    let stored = try file.tensor(
      in: start..<(start + header.dataSize), as: header.type, order: header.order, shape: header.storedShape)
    self = header.rowMajor(stored)
  }

  /// This tensor as a `.npy` file: version 1.0, `<f4`, C order, the numbers at a multiple of 64 bytes.
  public var npyBytes: [UInt8] {
    var bytes = NpyHeader.bytes(for: shape)
    bytes.reserveCapacity(bytes.count + shape.count * 4)
    withLittleEndianBytes { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Lends the scalars, row-major, as little-endian 32-bit floats.
  package func withLittleEndianBytes<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    if ByteOrder.native == .littleEndian {
      return try withUnsafeScalars { (scalars) throws(Failure) in try body(UnsafeRawBufferPointer(scalars)) }
    }
    let swapped = withUnsafeScalars { scalars in scalars.map(\.bitPattern.littleEndian) }
    try swapped.withUnsafeBufferPointer { (words) throws(Failure) in try body(UnsafeRawBufferPointer(words)) }
  }

  /// Writes this tensor as the `.npy` file `path`, whole or not at all: to a temporary beside it, then renamed.
  public func write(npy path: FilePath) throws(TensorFileError) { try write(npy: path, writeWhole) }

  /// Writes an array into a file that is there, which its caller gives a name, or removes, when this returns.
  ///
  /// An error leaves half of it.
  package func fill(npy file: FilePath) throws(TensorFileError) { try write(npy: file, overwrite) }

  private func write(
    npy path: FilePath,
    _ opening: (
      FilePath, ((UnsafeRawBufferPointer) throws(TensorFileError) -> Void) throws(TensorFileError) -> Void
    ) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    let header = NpyHeader.bytes(for: shape)
    try opening(path) { (write) throws(TensorFileError) in
      try header.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
        try write(UnsafeRawBufferPointer(bytes))
      }
      try withLittleEndianBytes(write)
    }
  }

  /// As ``write(npy:)-(FilePath)`` for a path that is text.
  public func write(npy path: String) throws(TensorFileError) { try write(npy: FilePath(path)) }
}

extension NpyHeader {
  /// The shape whose row-major order is the order of the numbers in the file.
  fileprivate var storedShape: Shape { isFortranOrder ? Shape(shape.dimensions.reversed()) : shape }

  fileprivate func rowMajor(_ stored: Tensor) -> Tensor {
    guard isFortranOrder, shape.rank > 1 else { return stored.reshaped(shape) }
    return stored.transposed(Array((0..<shape.rank).reversed()))
  }
}
