import TensorCore

/// A PyTorch checkpoint, a zip archive (since 1.6) or pickles in a row (before): names and views from the pickle, numbers
/// in the mapped file until they are asked for.
package struct PyTorchFile: Sendable {
  private let file: MappedFile
  private let order: ByteOrder
  private let storages: [String: Range<Int>]
  private let tensors: [String: PyTorchTensor]
  let names: [String]
  /// So many of the first are the network's; others belong to an optimiser and the like.
  package let networkCount: Int

  init(_ file: MappedFile, _ pickle: Pickle, storages: [String: Range<Int>], order: ByteOrder)
    throws(WeightFileError)
  {
    let path = file.path.string
    let tree: PyTorchTree
    do { tree = try PyTorchTree(pickle) } catch {
      throw .damaged(file: path, part: error.tensor, problem: error.problem)
    }
    for (name, tensor) in tree.tensors {
      guard let bytes = storages[tensor.storage] else {
        throw .damaged(
          file: path, part: name, problem: "lies in the storage '\(tensor.storage)', which is not in the file"
        )
      }
      let (needed, overflow) = tensor.storageCount.multipliedReportingOverflow(by: tensor.type.size)
      guard !overflow, needed <= bytes.count else {
        throw .damaged(
          file: path, part: name,
          problem: "needs \(overflow ? "too many" : "\(needed)") bytes, its storage has \(bytes.count)")
      }
    }
    self.file = file
    self.order = order
    self.storages = storages
    tensors = Dictionary(tree.tensors.map { ($0.name, $0.tensor) }) { first, _ in first }
    names = tree.tensors.map(\.name)
    networkCount = tree.networkCount
  }

  func entry(_ name: String) -> (type: ElementType, shape: Shape)? {
    tensors[name].map { ($0.type, $0.shape) }
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    guard let view = tensors[name], let storage = storages[view.storage] else {
      throw .noSuchTensor(
        file: file.path.string, name: name, nearest: nearestNames(to: name, in: names))
    }
    let size = view.type.size
    if view.isContiguous {
      let start = storage.lowerBound + view.offset * size
      do {
        return try file.tensor(
          in: start..<(start + view.shape.count * size), as: view.type, order: order, shape: view.shape)
      } catch { throw .file(error) }
    }
    // All that the view reaches over, then the elements out of it.
    let span = (view.end ?? 0) - view.offset
    let start = storage.lowerBound + view.offset * size
    let whole: Tensor
    do {
      whole = try file.tensor(
        in: start..<(start + span * size), as: view.type, order: order, shape: Shape([span]))
    } catch { throw .file(error) }
    return Tensor(deferring: view.shape) { target in
      whole.withUnsafeScalars { gather($0, strides: view.strides, view.shape, into: target) }
    }
  }
}

extension WeightFile {
  static func pytorch(_ content: PyTorchFile, in file: MappedFile) -> WeightFile {
    let entries = content.names.compactMap { name in
      content.entry(name).map { Entry(name: name, shape: $0.shape, type: $0.type) }
    }
    return WeightFile(
      file.path, .pytorch, framework: "pytorch", entries: entries, metadata: [:], .pytorch(content))
  }
}
