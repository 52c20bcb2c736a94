public import Isolation
public import SystemPackage
public import TensorCore

/// A file of weights of any format this project reads, recognised by its bytes, never by its suffix.
///
/// ```swift
/// let file = try WeightFile(contentsOf: "vgg16_weights_tf_dim_ordering_tf_kernels.h5")
/// file.entries.map(\.name)
/// let kernel = try file.tensor(named: "block1_conv1/block1_conv1_W_1:0")
/// ```
///
/// Opening reads the structure only; numbers stay in the file until ``tensor(named:)`` asks for them, and uncompressed
/// little-endian 32-bit floats stay there even then, mapped.
public struct WeightFile: Sendable {
  public enum Format: String, Sendable, Hashable {
    case hdf5, keras, npz, npy, safetensors
  }

  /// One tensor, without its numbers.
  public struct Entry: Sendable, Hashable {
    public let name: String
    public let shape: Shape
    public let type: ElementType
    /// The number of its elements.
    public var parameters: Int { shape.count }
  }

  public let path: FilePath
  public let format: Format
  /// Which framework wrote the file, where it says so: `keras 2.1.4 (tensorflow)`.
  public let framework: String?
  /// Every tensor, in the order of the file (HDF5: of the walk, names in byte order).
  public let entries: [Entry]
  /// What else the file says of itself as text: `model_config`, `keras_version`, safetensors' metadata, ...
  public let metadata: [String: String]
  package let contents: Contents

  package enum Contents: Sendable {
    case hdf5(HDF5File)
    /// A `.keras` archive: `config.json`, and the HDF5 file of its weights.
    case keras(config: String, weights: HDF5File)
    case npz(NpzFile)
    case npy(MappedFile)
    case safetensors(SafetensorsFile)
  }

  /// Opens the file at `path` and reads its structure.
  ///
  /// `isolation` says where libhdf5 may run, see ``Isolation/standard``. Throws ``WeightFileError`` when the file is
  /// missing, damaged, of an unknown format, or not allowed (external links, sizes the file cannot hold).
  public init(contentsOf path: FilePath, isolation: Isolation = .standard) throws(WeightFileError) {
    let file: MappedFile
    do { file = try MappedFile(path) } catch { throw .file(error) }
    try self.init(file, isolation: isolation)
  }

  /// As ``init(contentsOf:isolation:)-(FilePath,_)`` for a path that is text.
  public init(contentsOf path: String, isolation: Isolation = .standard) throws(WeightFileError) {
    try self.init(contentsOf: FilePath(path), isolation: isolation)
  }

  package init(_ file: MappedFile, isolation: Isolation) throws(WeightFileError) {
    switch try FileSignature(file) {
    case .hdf5:
      let content = try HDF5File(file, isolation: isolation)
      self.init(file, .hdf5, .hdf5(content), content)
    case .zip:
      let archive = try ZipArchive(file)
      if archive["config.json"] != nil, archive["model.weights.h5"] != nil {
        let (config, weights) = try KerasArchive.open(archive, isolation: isolation)
        self.init(file, .keras, .keras(config: config, weights: weights), weights, archive: archive)
        return
      }
      if archive.entries.contains(where: { $0.name.hasSuffix("data.pkl") }) {
        throw .unsupportedFormat(
          file: file.path.string, format: "a PyTorch checkpoint", advice: "save it as safetensors")
      }
      let content = NpzFile(archive)
      guard !content.names.isEmpty else {
        throw .unsupportedFormat(
          file: file.path.string, format: "a zip archive without .npy files or a Keras model",
          advice: "expected .npz or .keras")
      }
      var entries: [Entry] = []
      for name in content.names {
        let header = try content.header(name)
        entries.append(Entry(name: name, shape: header.shape, type: header.type))
      }
      self.init(file.path, .npz, framework: nil, entries: entries, metadata: [:], .npz(content))
    case .npy:
      let header: NpyHeader
      do {
        header = try file.withBytes { (bytes) throws(TensorFileError) in
          try NpyHeader(bytes, file: file.path.string)
        }
      } catch { throw .file(error) }
      let entry = Entry(name: file.path.stem ?? "array", shape: header.shape, type: header.type)
      self.init(file.path, .npy, framework: nil, entries: [entry], metadata: [:], .npy(file))
    case .safetensors:
      let content = try SafetensorsFile(file)
      let entries = content.names.compactMap { name in
        content.entries[name].map { Entry(name: name, shape: $0.shape, type: $0.type) }
      }
      self.init(
        file.path, .safetensors, framework: content.metadata["format"], entries: entries,
        metadata: content.metadata, .safetensors(content))
    case .other(let format, let advice):
      throw .unsupportedFormat(file: file.path.string, format: format, advice: advice)
    case .unknown(let bytes): throw .unknownFormat(file: file.path.string, found: bytes)
    }
  }

  /// The HDF5 bytes in a range of a file that a worker has described already.
  package init(hdf5In file: MappedFile, range: Range<Int>, workerReply: [UInt8]) throws(WeightFileError) {
    guard let result = HDF5Structure.result(from: workerReply) else {
      throw .damaged(file: file.path.string, part: "", problem: "the worker that reads it answered nonsense")
    }
    let content = try HDF5File(file, range: range, named: file.path.string, result: result)
    self.init(file, .hdf5, .hdf5(content), content)
  }

  private init(
    _ path: FilePath, _ format: Format, framework: String?, entries: [Entry], metadata: [String: String],
    _ contents: Contents
  ) {
    self.path = path
    self.format = format
    self.framework = framework
    self.entries = entries
    self.metadata = metadata
    self.contents = contents
  }

  private init(
    _ file: MappedFile, _ format: Format, _ contents: Contents, _ weights: HDF5File,
    archive: ZipArchive? = nil
  ) {
    var metadata = weights.metadata
    if case .keras(let config, _) = contents { metadata["model_config"] = config }
    let version = metadata["keras_version"].map { " \($0)" } ?? ""
    let backend = metadata["backend"].map { " (\($0))" } ?? ""
    let isKeras =
      format == .keras || metadata["keras_version"] != nil || metadata["model_config"] != nil
      || weights.texts("layer_names") != nil || weights.hasGroup("model_weights")
    self.init(
      file.path, format, framework: isKeras ? "keras\(version)\(backend)" : nil, entries: weights.entries,
      metadata: metadata, contents)
  }

  /// The numbers of one tensor, in the file's own shape and layout.
  public func tensor(named name: String) throws(WeightFileError) -> Tensor {
    switch contents {
    case .hdf5(let file), .keras(_, let file): return try file.tensor(name)
    case .npz(let file): return try file.tensor(name)
    case .safetensors(let file): return try file.tensor(name)
    case .npy(let file):
      guard name == entries.first?.name else {
        throw .noSuchTensor(file: path.string, name: name, nearest: entries.map(\.name))
      }
      do { return try Tensor(npyIn: file) } catch { throw .file(error) }
    }
  }
}

extension HDF5File {
  fileprivate var entries: [WeightFile.Entry] {
    structure.datasets.compactMap { dataset in
      guard case .number(let type, _) = dataset.type, let shape = Shape(checking: dataset.dimensions) else {
        return nil
      }
      return WeightFile.Entry(name: dataset.path, shape: shape, type: type)
    }
  }

  /// The root's attributes that are one text each, and those of `model_weights` that the root lacks.
  fileprivate var metadata: [String: String] {
    var metadata: [String: String] = [:]
    for group in structure.groups where group.path.isEmpty || group.path == "model_weights" {
      for (name, value) in group.attributes {
        guard let texts = value.texts, texts.count == 1, metadata[name] == nil else { continue }
        metadata[name] = texts[0]
      }
    }
    return metadata
  }
}
