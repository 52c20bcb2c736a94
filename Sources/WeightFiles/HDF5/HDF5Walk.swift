import CHDF5
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Walks an HDF5 file with libhdf5 and describes it; the numbers of large datasets are not touched.
///
/// libhdf5 (1.10 at least) can crash or hang on a damaged file, so this belongs into a worker process.
struct HDF5Walk {
  /// What a sound file of weights never comes near.
  enum Limit {
    static let depth = 64
    static let objects = 100_000
    static let attributes = 200_000
    static let attributeBytes = 128 << 20
    static let compactBytes = 64 << 20
    static let chunks = 2_000_000
  }

  /// Describes the file whose bytes are `image`.
  static func structure(of image: UnsafeRawBufferPointer) -> Result<HDF5Structure, HDF5Refusal> {
    HDF5Library.locked {
      var walk = HDF5Walk(fileSize: image.count)
      do throws(HDF5Refusal) {
        try walk.run(image)
        return .success(walk.structure)
      } catch { return .failure(error) }
    }
  }

  private let fileSize: Int
  private var structure = HDF5Structure()
  private var attributeCount = 0
  private var attributeBytes = 0
  private var compactBytes = 0
  private var chunkCount = 0

  private init(fileSize: Int) { self.fileSize = fileSize }

  private mutating func run(_ image: UnsafeRawBufferPointer) throws(HDF5Refusal) {
    guard let address = image.baseAddress, image.count > 0 else {
      throw HDF5Refusal(object: "/", problem: "the file is empty")
    }
    let access = Handle(fovea_h5_new_file_access(), H5Pclose)
    guard access.isSound, H5Pset_fapl_core(access.id, 1 << 16, false) >= 0 else {
      throw HDF5Refusal(object: "/", problem: "libhdf5 cannot read from memory")
    }
    var lending = Lending(address: UnsafeMutableRawPointer(mutating: address))
    try withUnsafeMutablePointer(to: &lending) { (lending) throws(HDF5Refusal) in
      var callbacks = Lending.callbacks(lending)
      guard H5Pset_file_image_callbacks(access.id, &callbacks) >= 0,
        H5Pset_file_image(access.id, lending.pointee.address, image.count) >= 0
      else { throw HDF5Refusal(object: "/", problem: "libhdf5 cannot read from memory") }
      // libhdf5 refuses an image when a file of its name can be opened: this name is below a file, where there can be none.
      let file = Handle(H5Fopen("/dev/null/image", fovea_h5_read_only(), access.id), H5Fclose)
      guard file.isSound else {
        throw HDF5Refusal(object: "/", problem: "libhdf5 does not accept it: damaged or cut off")
      }
      let root = Handle(H5Gopen2(file.id, "/", fovea_h5_default()), H5Gclose)
      guard root.isSound else { throw HDF5Refusal(object: "/", problem: "its root group is damaged") }
      try group(root.id, path: "", depth: 0)
    }
  }

  private mutating func group(_ id: hid_t, path: String, depth: Int) throws(HDF5Refusal) {
    guard depth <= Limit.depth else {
      throw HDF5Refusal(object: path, problem: "groups lie more than \(Limit.depth) deep")
    }
    try count(path)
    structure.groups.append(HDF5Group(path: path, attributes: try attributes(of: id, path: path)))
    for name in try names(in: path, { fovea_h5_iterate(id, collectLinkName, $0) }) {
      let shown = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      let child = path.isEmpty ? shown : path + "/" + shown
      switch fovea_h5_link_kind(id, name) {
      case 0: break
      case 1:
        throw HDF5Refusal(object: child, problem: "is a soft link, which a file of weights has no use for")
      case 2: throw HDF5Refusal(object: child, problem: "is an external link: other files are not opened")
      default: throw HDF5Refusal(object: child, problem: "its link is damaged")
      }
      let object = H5Oopen(id, name, fovea_h5_default())
      guard object >= 0 else {
        throw HDF5Refusal(object: child, problem: "cannot be opened: damaged, or made of other files")
      }
      let handle = Handle(object, H5Oclose)
      switch H5Iget_type(object) {
      case H5I_GROUP: try group(handle.id, path: child, depth: depth + 1)
      case H5I_DATASET: try dataset(handle.id, path: child)
      default: break  // A named type holds no numbers.
      }
    }
  }

  private mutating func count(_ path: String) throws(HDF5Refusal) {
    guard structure.groups.count + structure.datasets.count < Limit.objects else {
      throw HDF5Refusal(object: path, problem: "the file holds more than \(Limit.objects) objects")
    }
  }

  /// The null-terminated names that `iterate` visits.
  private func names(in path: String, _ iterate: (UnsafeMutableRawPointer) -> herr_t) throws(HDF5Refusal)
    -> [[CChar]]
  {
    var names: [[CChar]] = []
    let status = withUnsafeMutablePointer(to: &names) { iterate(UnsafeMutableRawPointer($0)) }
    guard status >= 0 else { throw HDF5Refusal(object: path, problem: "its list of names is damaged") }
    guard names.count <= Limit.objects else {
      throw HDF5Refusal(object: path, problem: "holds more than \(Limit.objects) names")
    }
    return names
  }

  private mutating func dataset(_ id: hid_t, path: String) throws(HDF5Refusal) {
    try count(path)
    let creation = Handle(H5Dget_create_plist(id), H5Pclose)
    // Before anything else is asked: the shape of a virtual dataset is found by opening the files it is made of.
    if creation.isSound, H5Pget_layout(creation.id) == H5D_VIRTUAL {
      throw HDF5Refusal(object: path, problem: "is a virtual dataset: other files are not opened")
    }
    let space = Handle(H5Dget_space(id), H5Sclose)
    let type = Handle(H5Dget_type(id), H5Tclose)
    guard space.isSound, type.isSound, creation.isSound else {
      throw HDF5Refusal(object: path, problem: "its header is damaged")
    }
    let dimensions = try HDF5Space.dimensions(of: space.id, path: path)
    let elementType = HDF5Type(describing: type.id)
    let layout = try layout(
      of: id, space: space.id, type: elementType, creation: creation.id, dimensions: dimensions, path: path)
    structure.datasets.append(
      HDF5Dataset(
        path: path, dimensions: dimensions, type: elementType, layout: layout,
        attributes: try attributes(of: id, path: path)))
  }

  private mutating func layout(
    of id: hid_t, space: hid_t, type: HDF5Type, creation: hid_t, dimensions: [Int], path: String
  ) throws(HDF5Refusal) -> HDF5Layout {
    if H5Pget_external_count(creation) > 0 {
      throw HDF5Refusal(object: path, problem: "keeps its numbers in another file, which is not opened")
    }
    switch H5Pget_layout(creation) {
    case H5D_COMPACT:
      guard case .number = type, let shape = Shape(checking: dimensions) else { return .compact([]) }
      let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
      guard !overflow, size <= fileSize, compactBytes + size <= Limit.compactBytes else {
        throw HDF5Refusal(object: path, problem: "claims more numbers than the file has room for")
      }
      compactBytes += size
      let own = Handle(H5Dget_type(id), H5Tclose)
      var bytes = [UInt8](repeating: 0, count: size)
      guard size == 0 || H5Dread(id, own.id, fovea_h5_all(), fovea_h5_all(), fovea_h5_default(), &bytes) >= 0
      else { throw HDF5Refusal(object: path, problem: "its numbers are damaged") }
      return .compact(bytes)
    case H5D_CONTIGUOUS:
      let offset = H5Dget_offset(id)
      let size = H5Dget_storage_size(id)
      guard offset != fovea_h5_no_address(), size > 0 else {
        return .unwritten(fill: try fill(creation, type: type, of: id, path: path))
      }
      guard offset <= UInt64(fileSize), size <= UInt64(fileSize) else {
        throw HDF5Refusal(object: path, problem: "its numbers lie beyond the end of the file")
      }
      return .contiguous(offset: Int(offset), size: Int(size))
    case H5D_CHUNKED:
      return try chunks(
        of: id, space: space, type: type, creation: creation, rank: dimensions.count, path: path)
    default: throw HDF5Refusal(object: path, problem: "its layout is damaged")
    }
  }

  private func fill(_ creation: hid_t, type: HDF5Type, of id: hid_t, path: String) throws(HDF5Refusal)
    -> [UInt8]
  {
    var status = H5D_FILL_VALUE_UNDEFINED
    guard case .number = type, H5Pfill_value_defined(creation, &status) >= 0,
      status == H5D_FILL_VALUE_USER_DEFINED
    else { return [] }
    let own = Handle(H5Dget_type(id), H5Tclose)
    var bytes = [UInt8](repeating: 0, count: type.size)
    guard H5Pget_fill_value(creation, own.id, &bytes) >= 0 else {
      throw HDF5Refusal(object: path, problem: "its fill value is damaged")
    }
    return bytes
  }

  private mutating func chunks(
    of id: hid_t, space: hid_t, type: HDF5Type, creation: hid_t, rank: Int, path: String
  ) throws(HDF5Refusal) -> HDF5Layout {
    var extents = [hsize_t](repeating: 0, count: 32)
    guard rank > 0, rank <= 32, H5Pget_chunk(creation, 32, &extents) == CInt(rank),
      extents[..<rank].allSatisfy({ $0 > 0 && $0 <= hsize_t(UInt32.max) })
    else { throw HDF5Refusal(object: path, problem: "its chunks have no sound size") }
    let filterCount = H5Pget_nfilters(creation)
    guard filterCount >= 0, filterCount <= 32 else {
      throw HDF5Refusal(object: path, problem: "its filters are damaged")
    }
    var filters: [HDF5Filter] = []
    for index in 0..<UInt32(filterCount) {
      var flags: UInt32 = 0
      var values = [UInt32](repeating: 0, count: 16)
      var valueCount = values.count
      switch fovea_h5_filter(creation, index, &flags, &valueCount, &values) {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle(valueCount > 0 ? Int(values[0]) : type.size))
      case 3: filters.append(.fletcher32)
      case let number: filters.append(.other(Int(number)))
      }
    }
    var count: hsize_t = 0
    guard H5Dget_num_chunks(id, space, &count) >= 0, count <= hsize_t(Limit.chunks - chunkCount) else {
      throw HDF5Refusal(object: path, problem: "its list of chunks is damaged or far too long")
    }
    chunkCount += Int(count)
    var chunks: [HDF5Chunk] = []
    for index in 0..<count {
      var start = [hsize_t](repeating: 0, count: 32)
      var mask: UInt32 = 0
      var address: haddr_t = 0
      var size: hsize_t = 0
      guard H5Dget_chunk_info(id, space, index, &start, &mask, &address, &size) >= 0,
        address <= hsize_t(fileSize), size <= hsize_t(fileSize),
        start[..<rank].allSatisfy({ $0 <= hsize_t(Int32.max) })
      else { throw HDF5Refusal(object: path, problem: "its list of chunks is damaged") }
      chunks.append(
        HDF5Chunk(
          start: start[..<rank].map(Int.init), offset: Int(address), size: Int(size), skippedFilters: mask))
    }
    if chunks.isEmpty { return .unwritten(fill: try fill(creation, type: type, of: id, path: path)) }
    return .chunked(extents: extents[..<rank].map(Int.init), filters: filters, chunks: chunks)
  }

  private mutating func attributes(of id: hid_t, path: String) throws(HDF5Refusal) -> [String: HDF5Value] {
    let names = try names(in: path) { fovea_h5_iterate_attributes(id, collectAttributeName, $0) }
    attributeCount += names.count
    guard attributeCount <= Limit.attributes else {
      throw HDF5Refusal(object: path, problem: "the file holds more than \(Limit.attributes) attributes")
    }
    var attributes: [String: HDF5Value] = [:]
    for name in names {
      let shown = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      let attribute = Handle(H5Aopen(id, name, fovea_h5_default()), H5Aclose)
      let left = Limit.attributeBytes - attributeBytes
      let (value, size) = try HDF5Value.read(
        attribute.id, named: shown, of: path, atMost: min(left, fileSize * 16))
      attributeBytes += size
      attributes[shown] = value
    }
    return attributes
  }
}

// C calls these back with the list of names as context; a non-zero return ends the iteration, a negative one fails it.

private func keep(_ name: UnsafePointer<CChar>?, in context: UnsafeMutableRawPointer?) -> herr_t {
  guard let name, let context else { return -1 }
  let names = context.assumingMemoryBound(to: [[CChar]].self)
  guard names.pointee.count <= HDF5Walk.Limit.objects else { return 1 }
  names.pointee.append(Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1)))
  return 0
}

private let collectLinkName: H5L_iterate_t = { _, name, _, context in keep(name, in: context) }
private let collectAttributeName: H5A_operator2_t = { _, name, _, context in keep(name, in: context) }

/// Makes libhdf5 read the bytes where they are instead of copying the whole file first.
private struct Lending {
  let address: UnsafeMutableRawPointer

  static func callbacks(_ lending: UnsafeMutablePointer<Lending>) -> H5FD_file_image_callbacks_t {
    H5FD_file_image_callbacks_t(
      image_malloc: { _, _, context in
        context?.assumingMemoryBound(to: Lending.self).pointee.address
      },
      // Source and target are the same bytes.
      image_memcpy: { target, _, _, _, _ in target },
      image_realloc: { _, _, _, _ in nil },
      image_free: { _, _, _ in 0 },
      udata_copy: { $0 },
      udata_free: { _ in 0 },
      udata: UnsafeMutableRawPointer(lending))
  }
}
