import Fovea

/// The lecture's four by four pixels.
let fourByFour: [[Double]] = [[2, 3, 4, 0], [1, 5, 3, 2], [0, 4, 2, 3], [1, 0, 6, 1]]

/// Two channels in, two out, 3 x 3: small enough to follow every product.
enum SmallLayer {
  /// `[row][column]` for each input channel.
  static let input: [[[Double]]] = [
    fourByFour, [[1, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 2], [1, 2, 1, 0]],
  ]
  /// `[input channel][output channel][row][column]`.
  static let kernels: [[[[Double]]]] = [
    [[[1, 0, -1], [2, 0, -2], [1, 0, -1]], [[0, 1, 0], [1, 0, 1], [0, 1, 0]]],
    [[[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]],
  ]
  static let bias: [Double] = [1, -2]

  /// The layer as a network, kernel `[row, column, input, output]`.
  static func network() throws -> Network {
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 4, width: 4, channels: 2))),
      Layer("conv", .convolution(.init(filters: 2, kernelSize: 3)), from: "input"),
    ])
    var taps: [Float] = []
    for row in 0..<3 {
      for column in 0..<3 {
        for n in 0..<2 { for m in 0..<2 { taps.append(Float(kernels[n][m][row][column])) } }
      }
    }
    return try Network(
      graph: graph,
      weights: [
        "conv": [
          .kernel: Tensor(taps, shape: [3, 3, 2, 2]), .bias: Tensor(bias.map { Float($0) }, shape: [2]),
        ]
      ])
  }

  /// What one input channel adds to one output channel: the plain sum of products.
  static func part(from n: Int, to m: Int) -> [[Double]] {
    var sums = [[Double]](repeating: [0, 0], count: 2)
    for i in 0..<2 {
      for j in 0..<2 {
        for row in 0..<3 {
          for column in 0..<3 { sums[i][j] += kernels[n][m][row][column] * input[n][i + row][j + column] }
        }
      }
    }
    return sums
  }
}

/// Every second pixel, the largest and the mean of 2 x 2 pixels.
func poolingNetwork() throws -> Network {
  let graph = try Graph(
    [
      Layer("input", .input(InputShape(height: 4, width: 4, channels: 1))),
      Layer(
        "stride", .convolution(.init(filters: 1, kernelSize: 1, stride: 2, usesBias: false)), from: "input"),
      Layer("maximum", .pooling(.init(.maximum, size: 2, stride: 2)), from: "input"),
      Layer("average", .pooling(.init(.average, size: 2, stride: 2)), from: "input"),
    ], outputs: ["stride", "maximum", "average"])
  return try Network(
    graph: graph, weights: ["stride": [.kernel: Tensor(repeating: 1, shape: [1, 1, 1, 1])]])
}
