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
    case hdf5, keras, npz, npy, safetensors, pytorch
    case caffemodel, prototxt, binaryproto
    case onnx
    case tensorflowjs = "tensorflow.js"
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
    case numpyObjects(NumpyObjects)
    case safetensors(SafetensorsFile)
    case pytorch(PyTorchFile)
    case caffe(CaffeFile)
    case onnx(OnnxFile)
    case tensorflowjs(TensorFlowJSFile)
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
    self =
      switch try FileSignature(file) {
      case .hdf5: try .hdf5(file, isolation: isolation)
      case .zip: try .zip(file, isolation: isolation)
      case .npy: try .npy(file)
      case .safetensors: try .safetensors(file)
      case .pytorch: .pytorch(try PyTorchFile(legacy: file), in: file)
      case .caffe: .caffe(try CaffeFile(binary: file), .caffemodel)
      case .caffeText: .caffe(try CaffeFile(text: file), .prototxt)
      case .meanImage: .caffe(try CaffeFile(meanImage: file), .binaryproto)
      case .onnx: .onnx(try OnnxFile(file))
      case .json: try .json(file)
      case .other(let format, let advice):
        throw .unsupportedFormat(file: file.path.string, format: format, advice: advice)
      case .unknown(let bytes): throw .unknownFormat(file: file.path.string, found: bytes)
      }
  }

  init(
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

  /// The numbers of one tensor, in the file's own shape and layout.
  public func tensor(named name: String) throws(WeightFileError) -> Tensor {
    switch contents {
    case .hdf5(let file), .keras(_, let file): return try file.tensor(name)
    case .npz(let file): return try file.tensor(name)
    case .safetensors(let file): return try file.tensor(name)
    case .pytorch(let file): return try file.tensor(name)
    case .caffe(let file): return try file.tensor(name)
    case .onnx(let file): return try file.tensor(name)
    case .tensorflowjs(let file): return try file.tensor(name)
    case .npy(let file): return try npyTensor(name, in: file)
    case .numpyObjects(let file): return try file.tensor(name)
    }
  }
}
