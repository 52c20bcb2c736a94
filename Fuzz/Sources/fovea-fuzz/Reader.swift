import Fovea
import SystemPackage

/// What is given every input; set once, before the first.
nonisolated(unsafe) var chosenReader: Reader.Body?

/// One reader of files from outside: it may refuse an input, and must not do anything else but read it.
enum Reader {
  typealias Body = @Sendable (UnsafeRawBufferPointer) -> Void

  static let all: [String: Body] = [
    "npy": { bytes in _ = try? Tensor(npy: bytes) },
    "npz": weights, "safetensors": weights, "pytorch": weights, "pickle": weights,
    "caffemodel": network, "onnx": network, "binaryproto": weights, "keras": network, "hdf5": hdf5,
    "prototxt": prototxt, "tfjs": tensorFlowJS, "pictures": pictures, "cifar": cifar, "idx": idx,
  ]

  private static let file = InputFile("input")

  /// Every tensor of the file, whatever its format.
  @Sendable private static func weights(_ bytes: UnsafeRawBufferPointer) {
    read(file.holding(bytes), isolation: echo)
  }

  private static func read(_ path: FilePath, isolation: Isolation) {
    guard let content = try? WeightFile(contentsOf: path, isolation: isolation) else { return }
    for entry in content.entries { _ = try? content.tensor(named: entry.name) }
  }

  /// The tensors, and the network that the file describes.
  @Sendable private static func network(_ bytes: UnsafeRawBufferPointer) {
    weights(bytes)
    _ = try? Network(contentsOf: file.path, isolation: echo)
  }

  @Sendable private static func prototxt(_ bytes: UnsafeRawBufferPointer) {
    weights(bytes)
    _ = try? Network(prototxt: file.path, weights: fixtures.appending("tiny.caffemodel"))
  }

  /// What a worker says about an HDF5 file: libhdf5 itself is known to crash, which is why it runs in one.
  @Sendable private static func hdf5(_ bytes: UnsafeRawBufferPointer) {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    (signature + bytes).withUnsafeBytes(weights)
  }

  /// A `model.json` beside the shards of the fixtures.
  @Sendable private static func tensorFlowJS(_ bytes: UnsafeRawBufferPointer) {
    read(description.holding(bytes), isolation: .inProcess)
    _ = try? Network(contentsOf: description.path)
  }

  private static let description: InputFile = {
    let file = InputFile("model.json")
    file.putBeside(fixtures.removingLastComponent().appending("tfjs/shard1.bin"))
    file.putBeside(fixtures.removingLastComponent().appending("tfjs/shard2.bin"))
    return file
  }()

  @Sendable private static func pictures(_ bytes: UnsafeRawBufferPointer) {
    let options = LoadOptions(maximumPixels: 1 << 20)
    _ = try? Image(contentsOf: file.holding(bytes), options: options).pagesTensor()
  }

  @Sendable private static func cifar(_ bytes: UnsafeRawBufferPointer) {
    _ = try? LabelledPictures(cifar10: file.holding(bytes))
  }

  @Sendable private static func idx(_ bytes: UnsafeRawBufferPointer) {
    _ = try? LabelledPictures(idxImages: file.holding(bytes), labels: file.path)
  }

  /// A worker that replies what the file holds behind the signature of HDF5.
  private static let echo = Isolation.worker(executable: folder.appending("echo-worker.sh"))

  private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()
  private static let fixtures = folder.removingLastComponent().appending(
    "Tests/WeightFilesTests/Fixtures/damage")
}
