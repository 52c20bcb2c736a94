import TensorCore

extension PyTorchFile {
  /// 0x1950a86a20f9469cfc6c, little-endian, as the first pickle holds it.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// Whether bytes begin with the pickled magic number (protocol 2: `80 02 8A 0A`, the number, a full stop).
  static func isLegacy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 15 && bytes[0] == 0x80 && bytes[2..<4].elementsEqual([0x8A, 0x0A])
      && bytes[4..<14].elementsEqual(magic)
  }

  /// Before PyTorch 1.6: pickles of a magic number, the protocol 1001, the system, the object and the keys of the
  /// storages; then each storage as its number of elements (8 bytes) and the elements.
  init(legacy file: MappedFile) throws(WeightFileError) {
    let path = file.path.string
    func wrong(_ part: String, _ problem: String) -> WeightFileError {
      .damaged(file: path, part: part, problem: problem)
    }
    do { try file.checkSize() } catch { throw .file(error) }
    var position = 0
    func next() throws(WeightFileError) -> Pickle {
      do throws(PickleError) {
        let pickle = try file.withBytes { (bytes) throws(PickleError) in
          try PickleMachine.read(bytes, from: position)
        }
        position = pickle.end
        return pickle
      } catch { throw wrong("", error.problem) }
    }
    guard try next().root == .longInteger(Self.magic) else { throw wrong("", "is no PyTorch checkpoint") }
    let version = try next().root
    guard version == .integer(1001) else {
      throw wrong("", "is a PyTorch checkpoint of the protocol \(version.integer ?? 0), expected 1001")
    }
    let system = try next()
    let isBig = system.value("little_endian", in: system.root) == .truth(false)
    let object = try next()
    let listed = try next()
    guard let keys = listed.items(listed.root)?.map(\.text), !keys.contains(nil) else {
      throw wrong("", "does not list its storages")
    }
    // Elements are counted there, bytes only once it is known what they are.
    let sizes = try Self.elementSizes(object, path)
    var storages: [String: Range<Int>] = [:]
    for key in keys.compactMap(\.self) {
      guard file.size - position >= 8 else { throw wrong(key, "is a storage that is cut off") }
      let count = file.withBytes { bytes -> UInt64 in
        let stored = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        return isBig ? UInt64(bigEndian: stored) : UInt64(littleEndian: stored)
      }
      position += 8
      guard let size = sizes[key] else { throw wrong(key, "is a storage that no tensor uses") }
      let (length, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
      guard !overflow, length <= UInt64(file.size - position) else {
        throw wrong(
          key, "is a storage of \(count) numbers of \(size) bytes, but \(file.size - position) bytes are left"
        )
      }
      guard storages.updateValue(position..<(position + Int(length)), forKey: key) == nil else {
        throw WeightFileError.duplicateName(file: path, name: key)
      }
      position += Int(length)
    }
    try self.init(file, object, storages: storages, order: isBig ? .bigEndian : .littleEndian)
  }

  /// The bytes of one number in each storage that the object refers to.
  private static func elementSizes(_ object: Pickle, _ path: String) throws(WeightFileError) -> [String: Int]
  {
    var sizes: [String: Int] = [:]
    for case .persistent(let identifier) in object.nodes {
      guard let location = object.items(identifier), location.count >= 5, location[0].text == "storage",
        let kind = location[1].global, let key = location[2].text
      else {
        throw .damaged(file: path, part: "", problem: "refers to something outside of it that is no storage")
      }
      guard let type = PyTorchStorageType.type(named: kind.name) else {
        throw .damaged(file: path, part: key, problem: "is a \(kind), whose numbers are not read")
      }
      // Views into another storage are a thing of the first versions; nothing has written them since.
      if location.count > 5, location[5] != .none {
        throw .damaged(file: path, part: key, problem: "is a view of another storage, which is not read")
      }
      sizes[key] = type.size
    }
    return sizes
  }
}
