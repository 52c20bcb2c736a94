import CHDF5
package import SystemPackage
package import TensorCore

/// What is to stand in an HDF5 file, in order: groups, attributes of text, tensors as little-endian 32-bit floats.
package struct HDF5Content: Sendable {
  package enum Item: Sendable {
    case group(String)
    /// One text, of any length.
    case text(String, of: String, named: String)
    /// A list of short texts; split as Keras does where it would take more than 64,512 bytes.
    case texts([String], of: String, named: String)
    case tensor(Tensor, at: String)
  }

  package var items: [Item] = []

  package init() {}

  /// Writes the file whole or not at all.
  package func write(to path: FilePath) throws(WeightFileError) {
    let file = try HDF5ArrayWriter(path)
    for item in items { try file.add(item) }
    try file.finish()
  }
}

extension HDF5Content.Item {
  /// What the item is called where it cannot be written.
  var title: String {
    switch self {
    case .group(let path): "the group '\(path)'"
    case .text(_, _, let name), .texts(_, _, let name): "the attribute '\(name)'"
    case .tensor(_, let path): "the numbers of '\(path)'"
    }
  }

  /// Puts the item into an open file; whether libhdf5 did so.
  func write(to file: hid_t) -> Bool {
    let links = Handle(fovea_h5_new_link_creation(), H5Pclose)
    guard links.isSound, H5Pset_create_intermediate_group(links.id, 1) >= 0,
      H5Pset_char_encoding(links.id, H5T_CSET_UTF8) >= 0
    else { return false }
    switch self {
    case .group(let path):
      let group = Handle(
        H5Gcreate2(file, path, links.id, fovea_h5_default(), fovea_h5_default()), H5Gclose)
      return group.isSound
    case .text(let text, let owner, let name): return Self.attribute(text, file, owner, name)
    case .texts(let texts, let owner, let name): return Self.attributes(texts, file, owner, name)
    case .tensor(let tensor, let path): return Self.dataset(tensor, file, path, links.id)
    }
  }

  private static func dataset(_ tensor: Tensor, _ file: hid_t, _ path: String, _ links: hid_t) -> Bool {
    let extents = tensor.shape.dimensions.map { hsize_t($0) }
    let space = Handle(
      extents.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(CInt(extents.count), extents, nil),
      H5Sclose)
    // Without times: equal tensors give equal bytes.
    let creation = Handle(fovea_h5_new_dataset_creation(), H5Pclose)
    guard space.isSound, creation.isSound, H5Pset_obj_track_times(creation.id, false) >= 0 else {
      return false
    }
    let set = Handle(
      H5Dcreate2(file, path, fovea_h5_float(), space.id, links, creation.id, fovea_h5_default()), H5Dclose)
    guard set.isSound else { return false }
    guard tensor.shape.count > 0 else { return true }
    return tensor.withUnsafeScalars {
      H5Dwrite(
        set.id, fovea_h5_native_float(), fovea_h5_all(), fovea_h5_all(), fovea_h5_default(), $0.baseAddress)
        >= 0
    }
  }

  /// Of varying length, so that it lies outside of the object's header, which has room for 64 kB.
  private static func attribute(_ text: String, _ file: hid_t, _ owner: String, _ name: String) -> Bool {
    let object = Handle(H5Oopen(file, owner.isEmpty ? "/" : owner, fovea_h5_default()), H5Oclose)
    let type = Handle(H5Tcopy(fovea_h5_c_string()), H5Tclose)
    let space = Handle(H5Screate(H5S_SCALAR), H5Sclose)
    guard object.isSound, type.isSound, space.isSound, H5Tset_size(type.id, fovea_h5_variable_size()) >= 0,
      H5Tset_cset(type.id, H5T_CSET_UTF8) >= 0
    else { return false }
    let attribute = Handle(
      H5Acreate2(object.id, name, type.id, space.id, fovea_h5_default(), fovea_h5_default()), H5Aclose)
    guard attribute.isSound else { return false }
    return text.withCString { pointer in
      var pointers: [UnsafePointer<CChar>?] = [pointer]
      return H5Awrite(attribute.id, type.id, &pointers) >= 0
    }
  }

  /// As Keras writes lists of names, texts of one length.
  ///
  /// One attribute has at most 64,512 bytes: beyond that there are `name0`, `name1` and so on.
  private static func attributes(_ texts: [String], _ file: hid_t, _ owner: String, _ name: String) -> Bool {
    let length = max(1, texts.map(\.utf8.count).max() ?? 1)
    let most = max(1, 64_512 / length)
    guard texts.count > most else { return list(texts, length, file, owner, name) }
    return stride(from: 0, to: texts.count, by: most).enumerated().allSatisfy { part, start in
      list(Array(texts[start..<min(start + most, texts.count)]), length, file, owner, "\(name)\(part)")
    }
  }

  private static func list(_ texts: [String], _ length: Int, _ file: hid_t, _ owner: String, _ name: String)
    -> Bool
  {
    let object = Handle(H5Oopen(file, owner.isEmpty ? "/" : owner, fovea_h5_default()), H5Oclose)
    let type = Handle(H5Tcopy(fovea_h5_c_string()), H5Tclose)
    let extents = [hsize_t(texts.count)]
    let space = Handle(H5Screate_simple(1, extents, nil), H5Sclose)
    guard object.isSound, type.isSound, space.isSound, H5Tset_size(type.id, length) >= 0,
      H5Tset_strpad(type.id, H5T_STR_NULLPAD) >= 0
    else { return false }
    let attribute = Handle(
      H5Acreate2(object.id, name, type.id, space.id, fovea_h5_default(), fovea_h5_default()), H5Aclose)
    guard attribute.isSound else { return false }
    guard !texts.isEmpty else { return true }
    var bytes: [UInt8] = []
    for text in texts {
      bytes += Array(text.utf8) + [UInt8](repeating: 0, count: length - text.utf8.count)
    }
    return H5Awrite(attribute.id, type.id, bytes) >= 0
  }
}
