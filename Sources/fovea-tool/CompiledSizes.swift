import Fovea
import Synchronization

/// What is prepared for a size of picture, for the sizes that came last: pictures of a folder mostly share one.
final class BySize<Prepared: Sendable>: Sendable {
  private let prepare: @Sendable (Shape) throws -> Prepared
  private let recent = Mutex<[(shape: Shape, prepared: Prepared)]>([])

  init(_ prepare: @escaping @Sendable (Shape) throws -> Prepared) { self.prepare = prepare }

  func callAsFunction(_ shape: Shape) throws -> Prepared {
    try recent.withLock { recent in
      if let found = recent.first(where: { $0.shape == shape }) { return found.prepared }
      let prepared = try prepare(shape)
      recent = [(shape, prepared)] + recent.prefix(1)
      return prepared
    }
  }
}

/// The network compiled for the sizes that came last.
struct CompiledSizes: Sendable {
  private let sizes: BySize<CompiledNetwork>

  init(network: Network, names: [String]) {
    sizes = BySize { try network.compiled(for: $0, recording: names) }
  }

  func network(for shape: Shape) throws -> CompiledNetwork { try sizes(shape) }
}
