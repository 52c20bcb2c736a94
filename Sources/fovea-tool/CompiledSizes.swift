import Fovea
import Synchronization

/// The network compiled for the sizes that came last: pictures of a folder mostly share one.
final class CompiledSizes: Sendable {
  private let network: Network
  private let names: @Sendable (Shape) throws -> [String]
  private let recent = Mutex<[(shape: Shape, network: CompiledNetwork)]>([])

  convenience init(network: Network, names: [String]) { self.init(network: network) { _ in names } }

  /// With layers to record that are found only when the size is known.
  init(network: Network, names: @escaping @Sendable (Shape) throws -> [String]) {
    self.network = network
    self.names = names
  }

  func network(for shape: Shape) throws -> CompiledNetwork {
    try recent.withLock { recent in
      if let found = recent.first(where: { $0.shape == shape }) { return found.network }
      let compiled = try network.compiled(for: shape, recording: names(shape))
      recent = [(shape, compiled)] + recent.prefix(1)
      return compiled
    }
  }
}
