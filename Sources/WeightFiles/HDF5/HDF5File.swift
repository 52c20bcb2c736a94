import Isolation
package import TensorCore

/// An HDF5 file whose structure is known and whose numbers are mapped: contiguous 32-bit floats are lent without a copy.
///
/// The structure comes from libhdf5, in a worker process when asked for; every range it reports is checked against the file.
package struct HDF5File: Sendable {
  /// What errors call it.
  let name: String
  private let file: MappedFile
  /// Where the HDF5 bytes lie in the file: all of it, or an entry of an archive.
  private let range: Range<Int>
  let structure: HDF5Structure
  private let datasets: [String: HDF5Dataset]
  private let groups: [String: HDF5Group]

  init(
    _ file: MappedFile, range: Range<Int>? = nil, named name: String? = nil, isolation: Isolation,
    limits: WorkerCall.Limits = .init()
  ) throws(WeightFileError) {
    let range = range ?? 0..<file.size
    let name = name ?? file.path.string
    do { try file.checkSize() } catch { throw .file(error) }
    switch isolation {
    case .inProcess:
      let result = file.withBytes { HDF5Walk.structure(of: UnsafeRawBufferPointer(rebasing: $0[range])) }
      try self.init(file, range: range, named: name, result: result)
    case .worker(let executable):
      let call = WorkerCall(
        executable: executable, job: WorkerJob.hdf5.name,
        arguments: ["\(range.lowerBound)", "\(range.upperBound)"], limits: limits)
      let outcome = call.run(on: file.descriptor)
      if let failure = outcome.failure { throw .damaged(file: name, part: "", problem: "\(failure)") }
      guard outcome.replies.count == 1, let result = HDF5Structure.result(from: outcome.replies[0]) else {
        throw .damaged(file: name, part: "", problem: "the worker that reads it answered nonsense")
      }
      try self.init(file, range: range, named: name, result: result)
    }
  }

  /// A file whose structure has been read by whatever means.
  init(
    _ file: MappedFile, range: Range<Int>, named name: String, result: Result<HDF5Structure, HDF5Refusal>
  ) throws(WeightFileError) {
    switch result {
    case .failure(let refusal):
      throw .damaged(file: name, part: refusal.object, problem: refusal.problem)
    case .success(let structure):
      self.name = name
      self.file = file
      self.range = range
      self.structure = structure
      datasets = Dictionary(structure.datasets.map { ($0.path, $0) }) { first, _ in first }
      groups = Dictionary(structure.groups.map { ($0.path, $0) }) { first, _ in first }
      for dataset in structure.datasets { try check(dataset) }
    }
  }

  /// The datasets that hold numbers, in the order of the walk.
  package var tensorPaths: [String] {
    structure.datasets.compactMap { if case .number = $0.type { $0.path } else { nil } }
  }

  package func hasGroup(_ path: String) -> Bool { groups[path] != nil }

  func dataset(_ path: String) -> HDF5Dataset? { datasets[path] }

  /// The shape of a dataset of numbers.
  package func shape(of path: String) -> Shape? {
    guard let dataset = datasets[path], case .number = dataset.type else { return nil }
    return Shape(checking: dataset.dimensions)
  }

  /// The texts of an attribute of a group or dataset, `nil` when it is not there or holds none.
  ///
  /// Attributes that were split because HDF5 keeps them below 64 kB (`name0`, `name1`, ...) come as one.
  package func texts(_ attribute: String, of path: String = "") -> [String]? {
    guard let attributes = groups[path]?.attributes ?? datasets[path]?.attributes else { return nil }
    if let value = attributes[attribute] { return value.texts }
    var parts: [String] = []
    var index = 0
    while let value = attributes["\(attribute)\(index)"]?.texts {
      parts += value
      index += 1
    }
    return index > 0 ? parts : nil
  }

  /// The paths of all groups, in the order of the walk.
  package var groupNames: [String] { structure.groups.map(\.path) }

  /// The groups and datasets directly inside a group, by their last name, in byte order.
  package func children(of group: String) -> [String] {
    let prefix = group.isEmpty ? "" : group + "/"
    let all = structure.groups.map(\.path) + structure.datasets.map(\.path)
    return all.compactMap { path in
      guard path.count > prefix.count, path.hasPrefix(prefix) else { return nil }
      let rest = path.dropFirst(prefix.count)
      return rest.contains("/") ? nil : String(rest)
    }
  }

  /// The numbers of a dataset.
  package func tensor(_ path: String) throws(WeightFileError) -> Tensor {
    guard let dataset = datasets[path] else {
      throw .noSuchTensor(file: name, name: path, nearest: nearestNames(to: path, among: tensorPaths))
    }
    guard case .number(var type, let order) = dataset.type else {
      let found = if case .other(let kind, _) = dataset.type { kind } else { "" }
      throw .notNumbers(file: name, name: path, found: found)
    }
    // Keras stores bfloat16 as 16-bit words and says so beside them.
    if type.size == 2, dataset.attributes["dtype"]?.texts == ["bfloat16"] { type = .bfloat16 }
    guard let shape = Shape(checking: dataset.dimensions) else {
      throw .damaged(file: name, part: path, problem: "has a shape too large to be real")
    }
    switch dataset.layout {
    case .contiguous(let offset, _):
      let start = range.lowerBound + offset
      do {
        return try file.tensor(
          in: start..<(start + shape.count * type.size), as: type, order: order, shape: shape)
      } catch { throw .file(error) }
    case .compact(let bytes):
      return bytes.withUnsafeBytes { Tensor(decoding: $0, as: type, order: order, shape: shape) }
    case .unwritten(let fill):
      guard !fill.isEmpty else { return Tensor(repeating: 0, shape: shape) }
      let value = fill.withUnsafeBytes { Tensor(decoding: $0, as: type, order: order, shape: [1]) }
      return Tensor(repeating: value[0], shape: shape)
    case .chunked(let extents, let filters, let chunks):
      do { try file.checkSize() } catch { throw .file(error) }
      let gathering = ChunkGathering(shape: shape, elementSize: type.size, extents: extents, filters: filters)
      let gathered = file.withBytes {
        gathering.gather(chunks, from: UnsafeRawBufferPointer(rebasing: $0[range]))
      }
      switch gathered {
      case .failure(let problem): throw .damaged(file: name, part: path, problem: problem.text)
      case .success(let bytes):
        return bytes.withUnsafeBytes { Tensor(decoding: $0, as: type, order: order, shape: shape) }
      }
    }
  }

  /// Whether the bytes a dataset claims are in the file and are as many as its shape calls for.
  private func check(_ dataset: HDF5Dataset) throws(WeightFileError) {
    guard case .number(let type, _) = dataset.type else { return }
    func wrong(_ problem: String) -> WeightFileError {
      .damaged(file: name, part: dataset.path, problem: problem)
    }
    guard let shape = Shape(checking: dataset.dimensions) else {
      throw wrong("has a shape too large to be real: \(dataset.dimensions)")
    }
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow else { throw wrong("has a shape too large to be real: \(shape)") }
    switch dataset.layout {
    case .compact(let bytes):
      guard bytes.count == size else {
        throw wrong("holds \(bytes.count) bytes, its shape \(shape) needs \(size)")
      }
    case .contiguous(let offset, let stored):
      guard stored == size else { throw wrong("holds \(stored) bytes, its shape \(shape) needs \(size)") }
      guard offset >= 0, offset <= range.count, size <= range.count - offset else {
        throw wrong("lies beyond the end of the file: bytes \(offset) to \(offset &+ size) of \(range.count)")
      }
    case .unwritten(let fill):
      // Nothing in the file backs these numbers, so nothing bounds them but this.
      guard size <= max(range.count, 1 << 20) * 16 else {
        throw wrong("claims \(size) bytes that were never written, in a file of \(range.count)")
      }
      guard fill.isEmpty || fill.count == type.size else { throw wrong("has a fill value of the wrong size") }
    case .chunked(let extents, let filters, let chunks):
      guard extents.count == shape.rank else { throw wrong("has chunks of another rank than its shape") }
      var stored = 0
      for chunk in chunks {
        guard chunk.offset >= 0, chunk.size >= 0, chunk.offset <= range.count,
          chunk.size <= range.count - chunk.offset, chunk.start.count == shape.rank
        else { throw wrong("has a chunk beyond the end of the file") }
        stored += chunk.size
      }
      let expansion = filters.contains(.deflate) ? ChunkGathering.greatestExpansion : 1
      guard size / max(expansion, 1) <= stored + (1 << 16) else {
        throw wrong("claims \(size) bytes, more than the \(stored) stored ones can hold")
      }
    }
  }
}

extension HDF5Value {
  /// The texts; an empty list of anything is an empty list of texts, as h5py writes one.
  var texts: [String]? {
    switch self {
    case .texts(let texts): texts
    case .numbers(let numbers) where numbers.isEmpty: []
    case .integers(let numbers) where numbers.isEmpty: []
    default: nil
    }
  }
}

extension Tensor {
  init(decoding bytes: UnsafeRawBufferPointer, as type: ElementType, order: ByteOrder, shape: Shape) {
    self.init(shape: shape) { type.decode(bytes, order: order, into: $0) }
  }
}
