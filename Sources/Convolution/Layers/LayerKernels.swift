internal import CKernels
internal import TensorCore

/// The micro-kernels of one instruction set; every method below runs on any of them.
package struct LayerKernels: Sendable {
  let table: fovea_layer_kernels

  /// Those of the best instruction set of this machine.
  package static let best = LayerKernels(table: fovea_layer_kernels_best().pointee)

  /// All that this machine can run, the plainest first.
  package static let all: [LayerKernels] = {
    var sets: [LayerKernels] = []
    while let table = fovea_layer_kernels_at(sets.count) { sets.append(LayerKernels(table: table.pointee)) }
    return sets
  }()

  /// What to call them in an explanation: `AVX2+FMA`.
  package var name: String { String(cString: table.name) }

  /// `[depth, columns]` matrices one after another, each packed into panels; the first bias goes with each.
  func packed(
    _ matrices: Int, depth: Int, columns: Int, stride: Int, _ weights: UnsafePointer<Float>,
    distance: Int, bias: UnsafePointer<Float>?, biasDistance: Int = 0
  ) -> TensorStorage {
    let count = table.packed_count(depth, columns)
    let storage = TensorStorage(uninitialized: matrices * count)
    for index in 0..<matrices {
      table.pack(
        depth, columns, weights + index * distance, stride, bias.map { $0 + index * biasDistance },
        storage.base + index * count)
    }
    return storage
  }
}
