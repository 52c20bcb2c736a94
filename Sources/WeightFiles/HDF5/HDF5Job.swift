public import Isolation
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension WorkerJob {
  /// Describes the HDF5 bytes in ranges of a file; its arguments are pairs of a start and an end.
  public static let hdf5 = WorkerJob(name: "hdf5") { descriptor, arguments, reply in
    guard let file = try? MappedFile(adopting: dup(descriptor), path: "the worker's file") else { return }
    let numbers = arguments.compactMap(Int.init)
    var index = 0
    while index + 1 < numbers.count {
      let (start, end) = (numbers[index], numbers[index + 1])
      guard start >= 0, start <= end, end <= file.size else { return }
      let result = file.withBytes {
        HDF5Walk.structure(of: UnsafeRawBufferPointer(rebasing: $0[start..<end]))
      }
      reply(HDF5Structure.bytes(of: result))
      index += 2
    }
  }
}
