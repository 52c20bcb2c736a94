import Convolution
import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Gradients of single layers against central differences, in 64 bits, of the layers as their definitions read.
@Suite struct DifferenceTests {
  struct Case: Sendable {
    let name: String
    /// The layers between `input` and the last one, which is called `layer`.
    let layers: [Layer]
    let input: Shape
    /// The layer of one sample as its definition reads.
    let definition: @Sendable ([Double]) -> [Double]
  }

  /// `[1, 4, 3, 5]`: pixel `p`, channel `c` at `p * 5 + c`.
  static let shape: Shape = [1, 4, 3, 5]

  static let cases: [Case] = [
    Case(
      name: "local response, of an even number of neighbours",
      layers: [
        Layer(
          "layer", .localResponseNormalization(.init(size: 4, alpha: 0.4, beta: 0.75, bias: 1)), from: "input"
        )
      ], input: shape
    ) { x in
      x.indices.map { i in
        let (c, pixel) = (i % 5, i / 5 * 5)
        let sum = (max(0, c - 1)..<min(5, c + 3)).reduce(0.0) { $0 + x[pixel + $1] * x[pixel + $1] }
        return x[i] / pow(1 + 0.4 * sum, 0.75)
      }
    },
    Case(
      name: "standardisation of rows and columns",
      layers: [Layer("layer", .standardization(axes: [1, 2], epsilon: 0.01), from: "input")], input: shape
    ) { x in
      x.indices.map { i in
        let own = (0..<12).map { x[$0 * 5 + i % 5] }
        let mean = own.reduce(0, +) / 12
        let variance = own.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / 12
        return (x[i] - mean) / (variance + 0.01).squareRoot()
      }
    },
    Case(
      name: "a gate of each channel, broadcast",
      layers: [
        Layer("least", .reduction(.minimum, axes: [1, 2], keepsAxes: true), from: "input"),
        Layer("gate", .activation(.sigmoid), from: "least"),
        Layer("layer", .multiply, from: "input", "gate"),
      ], input: shape
    ) { x in
      x.indices.map { i in
        let least = (0..<12).map { x[$0 * 5 + i % 5] }.min() ?? 0
        return x[i] / (1 + exp(-least))
      }
    },
    Case(
      name: "a quotient and a standardisation that activations follow",
      layers: [
        Layer("exp", .activation(.exponential), from: "input"),
        Layer("quotient", .divide, from: "input", "exp"),
        Layer("bent", .activation(.tanh), from: "quotient"),
        Layer("even", .standardization(axes: [3], epsilon: 0.1), from: "bent"),
        Layer("layer", .activation(.sigmoid), from: "even"),
      ], input: shape
    ) { x in
      let bent: [Double] = x.map { tanh($0 / exp($0)) }
      return x.indices.map { i in
        let own = bent[i / 5 * 5..<i / 5 * 5 + 5]
        let mean = own.reduce(0, +) / 5
        let variance = own.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / 5
        let even: Double = (bent[i] - mean) / (variance + 0.1).squareRoot()
        return 1 / (1 + exp(-even))
      }
    },
    Case(
      name: "bilinear up-sampling by 2 and 3",
      layers: [
        Layer("layer", .upSampling(Extent(height: 2, width: 3), .bilinear), from: "input")
      ], input: shape
    ) { x in
      func taps(_ place: Int, _ factor: Int, _ extent: Int) -> [(Int, Double)] {
        let centre = min(max((Double(place) + 0.5) / Double(factor) - 0.5, 0), Double(extent - 1))
        let first = Int(centre)
        return [(first, 1 - centre + Double(first)), (min(first + 1, extent - 1), centre - Double(first))]
      }
      return (0..<8 * 9 * 5).map { i in
        var sum = 0.0
        for (row, y) in taps(i / 45, 2, 4) {
          for (column, z) in taps(i / 5 % 9, 3, 3) { sum += y * z * x[(row * 3 + column) * 5 + i % 5] }
        }
        return sum
      }
    },
    Case(
      name: "averages over adaptive windows",
      layers: [Layer("layer", .adaptiveAveragePooling(Extent(height: 3, width: 2)), from: "input")],
      input: shape
    ) { x in
      (0..<3 * 2 * 5).map { i in
        let (oy, ox) = (i / 10, i / 5 % 2)
        let (rows, columns) = (oy * 4 / 3..<(oy * 4 + 4 + 2) / 3, ox * 3 / 2..<(ox * 3 + 3 + 1) / 2)
        var sum = 0.0
        for row in rows { for column in columns { sum += x[(row * 3 + column) * 5 + i % 5] } }
        return sum / Double(rows.count * columns.count)
      }
    },
    Case(
      name: "the larger of a part of the rows and its mirror image",
      layers: [
        Layer("rows", .slice(axis: 1, 1..<4), from: "input"),
        Layer("wide", .padding(Margins(top: 0, bottom: 0, left: 2, right: -2), .mirror), from: "rows"),
        Layer("layer", .maximum, from: "rows", "wide"),
      ], input: shape
    ) { x in
      (0..<3 * 3 * 5).map { i in
        let (row, column, c) = (i / 15 + 1, i / 5 % 3, i % 5)
        return max(x[(row * 3 + column) * 5 + c], x[(row * 3 + abs(column - 2)) * 5 + c])
      }
    },
  ]

  @Test("agree to 1e-5", arguments: cases.indices)
  func agree(index: Int) throws {
    let c = Self.cases[index]
    var generator = SeededGenerator(seed: 11)
    let x = Tensor(normal: c.input, using: &generator)
    let start = x.scalars.map(Double.init)
    let count = c.definition(start).count
    // Random weights make one number of all outputs, so that no direction hides.
    let weights = Tensor(normal: [count, 2], using: &generator)
    let network = try Network(
      graph: Graph(
        [
          Layer(
            "input", .input(InputShape(height: c.input[1], width: c.input[2], channels: c.input[3])))
        ] + c.layers + [
          Layer("flat", .flatten(.channelsLast), from: "layer"),
          Layer("dense", .dense(.init(units: 2, usesBias: false)), from: "flat"),
        ]), weights: ["dense": [.kernel: weights]])
    let probe = try ClassGradients(of: network, at: ["input"], for: c.input)
    let seen = probe.look(at: x) { _ in [0, 1] }
    for unit in 0..<2 {
      func score(_ x: [Double]) -> Double {
        c.definition(x).enumerated().reduce(0.0) {
          $0 + $1.element * Double(weights.scalars[$1.offset * 2 + unit])
        }
      }
      let expected = score(start)
      let difference = abs(Double(seen.scores[unit]) - expected)
      #expect(difference < 1e-5 * abs(expected) + 1e-5, "\(c.name)")
      let step = 1e-5
      let slopes = start.indices.map { index in
        var (less, more) = (start, start)
        less[index] -= step
        more[index] += step
        return Float((score(more) - score(less)) / (2 * step))
      }
      expectAgreement(
        seen.classes[unit].layers[0].gradient, Tensor(slopes, shape: c.input), to: 1e-5, "\(c.name)")
    }
  }
}
