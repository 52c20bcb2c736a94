import Fovea
import NeuralNetwork
import Training

/// A layer's values over a mini-batch, before and after batch normalisation as it trains.
struct BatchStatistics {
  /// For each channel shown, its values.
  let before: [[Double]]
  let after: [[Double]]

  /// Pieces of a picture go through the first layer of a bank of kernels.
  ///
  /// With a momentum of 0 the moving mean and variance are those of the last mini-batch, so one pass of training and then a run
  /// of the network as it has become normalises by the batch's own statistics.
  init(bank: String, picture: String, channels: [Int]) throws {
    let source = try Network(contentsOf: bank)
    guard let layer = source.graph.layers.first(where: { $0.operation.isConvolution }),
      let weights = source.weights[layer.name]
    else { throw LectureError.noKernel }
    let side = 99
    let graph = try Graph([
      Layer("pieces", .input(InputShape(height: side, width: side, channels: 3))),
      Layer(layer.name, layer.operation, from: "pieces"),
      Layer("norm", .batchNormalization(.init(momentum: 0)), from: layer.name),
    ])
    let start = try Network(initialising: graph, seed: 0)
    let network = try Network(graph: graph, weights: start.weights.merging([layer.name: weights]) { $1 })
    let batch = try BatchStatistics.pieces(of: picture, side: side)
    var trainer = try Trainer(network, TrainingSettings(loss: .meanSquaredError))
    let shape = try network.compiled(for: batch.shape).run(batch).layer("norm").shape
    _ = try trainer.gradient(batch, .values(Tensor(repeating: 0, shape: shape)))
    let seen = try trainer.network().compiled(for: batch.shape, recording: [layer.name, "norm"]).run(batch)
    let (linear, normal) = (try seen.layer(layer.name), try seen.layer("norm"))
    before = channels.map { linear.values(ofChannel: $0) }
    after = channels.map { normal.values(ofChannel: $0) }
  }

  /// A mini-batch: pieces of `side` pixels, one beside the other.
  private static func pieces(of path: String, side: Int) throws -> Tensor {
    let picture = try Image(contentsOf: path).tensor()
    let (rows, columns) = (picture.shape[0] / side, picture.shape[1] / side)
    var scalars: [Float] = []
    let all = picture.scalars
    for piece in 0..<rows * columns {
      let (top, left) = (piece / columns * side, piece % columns * side)
      for row in top..<top + side {
        let start = (row * picture.shape[1] + left) * 3
        scalars += all[start..<start + side * 3]
      }
    }
    return Tensor(scalars, shape: [rows * columns, side, side, 3])
  }
}

extension Tensor {
  /// The values of the last axis's entry `channel`.
  fileprivate func values(ofChannel channel: Int) -> [Double] {
    let (all, channels) = (scalars, shape[-1])
    return stride(from: channel, to: all.count, by: channels).map { Double(all[$0]) }
  }
}

extension NeuralNetwork.Operation {
  fileprivate var isConvolution: Bool { if case .convolution = self { true } else { false } }
}
