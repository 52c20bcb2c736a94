import Fovea

/// How fast this machine multiplies and adds in a convolution, measured for a fifth of a second.
struct MachineSpeed {
  /// Multiply-adds a second, all cores.
  let operationsPerSecond: Double

  /// Runs one 1x1 convolution (512 channels, 28x28 pixels), a plain matrix product in the caches, until the time is up; the
  /// best run counts.
  ///
  /// Layers of 3x3 may be faster than this says (Winograd's method saves multiplications), depthwise ones slower.
  static func measured() throws -> MachineSpeed {
    let graph = try Graph([
      Layer("x", .input(InputShape(height: 28, width: 28, channels: 512))),
      Layer("conv", .convolution(.init(filters: 512, kernelSize: 1)), from: "x"),
    ])
    var generator = SeededGenerator(seed: 1)
    let weights: [WeightRole: Tensor] = [
      .kernel: Tensor(normal: [1, 1, 512, 512], deviation: 0.06, using: &generator),
      .bias: Tensor(repeating: 0, shape: [512]),
    ]
    let x = Tensor(normal: [1, 28, 28, 512], using: &generator)
    let compiled = try Network(graph: graph, weights: ["conv": weights]).compiled(for: x.shape)
    let clock = ContinuousClock()
    let begun = clock.now
    var best = Double.infinity
    while clock.now - begun < .milliseconds(200) {
      for step in compiled.profile(x, runs: 1) { best = min(best, step.seconds) }
    }
    return MachineSpeed(operationsPerSecond: Double(try graph.summary().totalOperations) / best)
  }

  /// What one forward and one training pass cost, and whether a GPU pays.
  func text(for summary: NetworkSummary) -> String {
    let forward = Double(summary.totalOperations) / operationsPerSecond
    // The gradients of the inputs and of the weights cost as much again, each.
    let training = 3 * forward
    let epoch = 50_000 * training
    let advice =
      epoch > 3600
      ? "a GPU pays for training, \(forward > 1 ? "and for running" : "not for running a few pictures")"
      : "no GPU is needed, not for training either"
    return """
      Here (\(Int((2 * operationsPerSecond / 1e9).rounded())) GFLOP/s measured): roughly \(durationText(forward)) forward and \
      \(durationText(training)) a training step, for each input
      50,000 pictures, one epoch: about \(durationText(epoch)); \(advice)
      """
  }
}

/// `3.2 ms`, `1.5 s`, `40 min`, `5.2 h`, `12 days`.
func durationText(_ seconds: Double) -> String {
  func tenths(_ value: Double) -> String {
    let tenths = Int((min(value, 1e12) * 10).rounded())
    return tenths >= 1000 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
  return switch seconds {
  case ..<1: "\(tenths(seconds * 1e3)) ms"
  case ..<120: "\(tenths(seconds)) s"
  case ..<7200: "\(tenths(seconds / 60)) min"
  case ..<172_800: "\(tenths(seconds / 3600)) h"
  default: "\(tenths(seconds / 86_400)) days"
  }
}
