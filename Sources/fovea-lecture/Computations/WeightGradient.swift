import Fovea
import NeuralNetwork
import Training

/// A convolutional layer's gradient with respect to its weights, by back-propagation and as a correlation.
struct WeightGradient {
  /// The input `[N, H, W, C]`.
  let input: Tensor
  /// `dJ/dZ`, `[N, H - 2, W - 2, M]`.
  let outputGradient: Tensor
  /// `dJ/dW`, `[3, 3, C, M]`, as training computes it.
  let propagated: Tensor
  /// The same, each of its planes the correlation of an input channel with an output gradient, added up over the batch.
  let correlated: Tensor

  /// Random pictures through random weights; the loss is the mean squared difference from random targets.
  init(samples: Int, side: Int, channels: Int, filters: Int, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let graph = try Graph([
      Layer("input", .input(InputShape(height: side, width: side, channels: channels))),
      Layer("conv", .convolution(.init(filters: filters, kernelSize: 3)), from: "input"),
    ])
    let network = try Network(initialising: graph, seed: seed)
    let x = Tensor(uniform: [samples, side, side, channels], in: -1..<1, using: &generator)
    let z = try network.compiled(for: x.shape, recording: ["conv"]).run(x).layer("conv")
    let target = Tensor(uniform: z.shape, in: -1..<1, using: &generator)
    var trainer = try Trainer(network, TrainingSettings(loss: .meanSquaredError))
    _ = try trainer.gradient(x, .values(target))
    guard let kernel = trainer.parameters.entry(.kernel, of: "conv") else { throw LectureError.noKernel }
    propagated = Tensor(Array(trainer.gradients[kernel.range]), shape: kernel.shape)
    let share = 2 / Float(z.shape.count)
    let slopes = Tensor(zip(z.scalars, target.scalars).map { share * ($0 - $1) }, shape: z.shape)
    var sums = [Float](repeating: 0, count: kernel.shape.count)
    for sample in 0..<samples {
      for n in 0..<channels {
        for m in 0..<filters {
          let window = Kernel(slopes.plane(sample, m))
          let plane = correlate(Tensor(x.plane(sample, n)), window, output: .valid).scalars
          for place in 0..<9 { sums[(place * channels + n) * filters + m] += plane[place] }
        }
      }
    }
    (input, outputGradient, correlated) = (x, slopes, Tensor(sums, shape: kernel.shape))
  }
}

extension Tensor {
  /// One channel of one sample of `[N, H, W, C]`, row by row.
  func plane(_ sample: Int, _ channel: Int) -> [[Float]] {
    (0..<shape[1]).map { row in (0..<shape[2]).map { self[sample, row, $0, channel] } }
  }

  init(_ rows: [[Float]]) {
    self.init(Array(rows.joined()), shape: [rows.count, rows.first?.count ?? 0])
  }
}
