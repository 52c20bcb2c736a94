import TensorCore

/// What an HDF5 file holds, without its numbers: groups, datasets and their attributes, in the order of the walk
/// (parents before children, names in byte order).
struct HDF5Structure: Sendable, Equatable {
  var groups: [HDF5Group] = []
  var datasets: [HDF5Dataset] = []
}

struct HDF5Group: Sendable, Equatable {
  /// From the root, without a leading slash; the root itself is empty.
  let path: String
  let attributes: [String: HDF5Value]
}

struct HDF5Dataset: Sendable, Equatable {
  /// From the root, without a leading slash.
  let path: String
  let dimensions: [Int]
  let type: HDF5Type
  let layout: HDF5Layout
  let attributes: [String: HDF5Value]
}

/// What one element of a dataset is.
enum HDF5Type: Sendable, Equatable {
  case number(ElementType, ByteOrder)
  /// Text, a compound, a reference...: what it is called and how many bytes it takes.
  case other(String, size: Int)

  var size: Int {
    switch self {
    case .number(let type, _): type.size
    case .other(_, let size): size
    }
  }
}

/// Where a dataset's bytes lie.
enum HDF5Layout: Sendable, Equatable {
  /// In the object's header, which the worker has read already.
  case compact([UInt8])
  case contiguous(offset: Int, size: Int)
  /// In boxes of `extents`, each gone through `filters` in order when it was written.
  case chunked(extents: [Int], filters: [HDF5Filter], chunks: [HDF5Chunk])
  /// Never written: every element is the fill value, whose bytes these are (none: zero).
  case unwritten(fill: [UInt8])
}

struct HDF5Chunk: Sendable, Equatable {
  /// The index of its first element.
  let start: [Int]
  let offset: Int
  let size: Int
  /// A bit for each filter that was left out for this chunk.
  let skippedFilters: UInt32
}

enum HDF5Filter: Sendable, Equatable {
  case deflate
  /// Bytes of equal significance stored together; the number is the element's size.
  case shuffle(Int)
  case fletcher32
  case other(Int)
}

/// An attribute's value.
enum HDF5Value: Sendable, Equatable {
  case texts([String])
  case integers([Int64])
  case numbers([Double])
  case other(String)
}

/// Why a file's structure is not read further, and at which object.
struct HDF5Refusal: Error, Sendable, Equatable {
  let object: String
  let problem: String
}
