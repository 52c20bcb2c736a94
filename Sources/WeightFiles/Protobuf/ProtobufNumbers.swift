import TensorCore

/// Where the numbers of a repeated field lie: packed one behind the other, or each behind a tag of its own.
struct ProtobufNumbers: Sendable, Hashable {
  /// So many numbers, the first at `start`, `stride` bytes apart.
  struct Run: Sendable, Hashable {
    let start: Int
    var count: Int
    let stride: Int
  }

  /// Bytes of one number: 4 (float) or 8 (double).
  let size: Int
  private(set) var runs: [Run] = []
  /// No file holds as many runs as would take long to list.
  private static let mostRuns = 4096

  init(size: Int) { self.size = size }

  var count: Int { runs.reduce(0) { $0 + $1.count } }

  /// Adds what a field holds: a packed run, or a single number.
  mutating func append(_ field: ProtobufReader.Field) throws(ProtobufError) {
    switch field.value {
    case .bytes(let range):
      guard range.count % size == 0 else {
        throw ProtobufError(field.start, "\(range.count) bytes are no whole number of \(size)-byte numbers")
      }
      if !range.isEmpty {
        try append(Run(start: range.lowerBound, count: range.count / size, stride: size), field)
      }
    case .fixed32 where size == 4, .fixed64 where size == 8:
      let stride = field.valueStart - field.start + size
      if let last = runs.last, last.stride == stride || last.count == 1,
        field.valueStart - (last.start + (last.count - 1) * stride) == stride
      {
        runs[runs.count - 1] = Run(start: last.start, count: last.count + 1, stride: stride)
      } else {
        try append(Run(start: field.valueStart, count: 1, stride: stride), field)
      }
    default: throw ProtobufError(field.start, "expected numbers of \(size) bytes")
    }
  }

  private mutating func append(_ run: Run, _ field: ProtobufReader.Field) throws(ProtobufError) {
    guard runs.count < Self.mostRuns else {
      throw ProtobufError(field.start, "its numbers lie in more than \(Self.mostRuns) places")
    }
    runs.append(run)
  }

  /// The numbers as a tensor: borrowed from the file where it holds 32-bit floats in one piece at an address a float may
  /// have, else copied once.
  func tensor(in file: MappedFile, shape: Shape) throws(TensorFileError) -> Tensor {
    let type: ElementType = size == 4 ? .float32 : .float64
    guard count == shape.count else {
      throw .tooShort(file: file.path.string, expected: shape.count * size, found: count * size)
    }
    if runs.count == 1, let run = runs.first, run.stride == size {
      return try file.tensor(in: run.start..<(run.start + run.count * size), as: type, shape: shape)
    }
    try file.checkSize()
    return file.withBytes { bytes in
      Tensor(shape: shape) { floats in
        var index = 0
        for run in runs {
          for number in 0..<run.count {
            let place = run.start + number * run.stride
            floats[index] =
              size == 4
              ? Float(
                bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
              : Float(
                Double(
                  bitPattern: UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))))
            index += 1
          }
        }
      }
    }
  }
}
