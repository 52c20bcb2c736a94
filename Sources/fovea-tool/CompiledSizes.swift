import Fovea
import Synchronization

/// The network compiled for the sizes that came last: pictures of a folder mostly share one.
final class CompiledSizes: Sendable {
  private let network: Network
  private let names: [String]
  private let recent = Mutex<[(shape: Shape, network: CompiledNetwork)]>([])

  init(network: Network, names: [String]) {
    self.network = network
    self.names = names
  }

  func network(for shape: Shape) throws -> CompiledNetwork {
    try recent.withLock { recent in
      if let found = recent.first(where: { $0.shape == shape }) { return found.network }
      let compiled = try network.compiled(for: shape, recording: names)
      recent = [(shape, compiled)] + recent.prefix(1)
      return compiled
    }
  }
}
