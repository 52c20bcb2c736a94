import Convolution
import Foundation
import TensorCore
import TestSupport
import Testing

/// A function beside its definition in double precision.
struct FunctionCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let function: StoredFunction
  let definition: @Sendable (Double) -> Double

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  static let all: [FunctionCase] = [
    FunctionCase(testDescription: "sigmoid", function: .sigmoid) { sigmoid($0) },
    FunctionCase(testDescription: "swish", function: .swish) { $0 * sigmoid($0) },
    FunctionCase(testDescription: "hard sigmoid", function: .hardSigmoid(slope: 0.2, offset: 0.5)) {
      min(max(0.2 * $0 + 0.5, 0), 1)
    },
    FunctionCase(testDescription: "hard swish", function: .hardSwish) { $0 * min(max($0 + 3, 0), 6) / 6 },
    FunctionCase(testDescription: "leaky relu", function: .leakyRelu(slope: 0.3)) { $0 < 0 ? 0.3 * $0 : $0 },
    FunctionCase(testDescription: "threshold", function: .threshold(0.375)) { $0 <= 0.375 ? 0 : $0 },
    FunctionCase(testDescription: "elu", function: .exponentialUnit(alpha: 1.3)) {
      $0 < 0 ? 1.3 * expm1($0) : $0
    },
    FunctionCase(testDescription: "selu", function: .exponentialUnit(alpha: 1.75, rate: 0.5, scale: 1.1)) {
      $0 < 0 ? 1.75 * expm1(0.5 * $0) : 1.1 * $0
    },
    FunctionCase(testDescription: "tanh", function: .tanh) { tanh($0) },
    FunctionCase(testDescription: "mish", function: .mish) { $0 * tanh(softplus($0)) },
    FunctionCase(testDescription: "gelu", function: .gelu(tanhApproximation: false)) {
      0.5 * $0 * erfc(-$0 / 2.0.squareRoot())
    },
    FunctionCase(testDescription: "gelu by tanh", function: .gelu(tanhApproximation: true)) {
      $0 * sigmoid(2 * (2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))
    },
    FunctionCase(testDescription: "softplus", function: .softplus) { softplus($0) },
    FunctionCase(testDescription: "softsign", function: .softsign) { $0 / (1 + abs($0)) },
    FunctionCase(testDescription: "exponential", function: .exponential) { exp($0) },
    FunctionCase(testDescription: "error function", function: .errorFunction) { erf($0) },
  ]
}

@Suite struct StoredFunctionTests {
  /// Over every size of argument: 1e-6 of the largest value of each stretch, which near 0 is a small one.
  @Test(arguments: FunctionCase.all)
  func agreesWithItsDefinitionNearZeroAndFarFromIt(one: FunctionCase) {
    for reach: Float in [1e-4, 0.01, 0.5, 3, 12, 80] {
      let x = (0...1001).map { (Float($0) - 500) / 500 * reach }
      let expected = Tensor(x.map { Float(one.definition(Double($0))) }, shape: [x.count])
      for set in LayerKernels.all {
        var found = Tensor(x, shape: [x.count])
        found.withUnsafeMutableScalars { values in
          guard let base = values.baseAddress else { return }
          one.function.apply(to: base, pixels: 1, channels: values.count, stride: values.count, on: set)
        }
        expectAgreement(found, expected, to: 1e-6, "\(set.name), up to \(reach)")
      }
    }
  }

  @Test(arguments: FunctionCase.all)
  func keepsNaNAndBearsInfinities(one: FunctionCase) {
    for set in LayerKernels.all {
      // The largest numbers stand for the limits; at infinity itself a definition may have no value.
      let far: [Float] = [1000, -1000, 0, 3e38, -3e38, -200]
      var values: [Float] = [.nan, .infinity, -.infinity] + far
      values.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        one.function.apply(to: base, pixels: 3, channels: 3, stride: 3, on: set)
      }
      #expect(values[0].isNaN, "\(set.name)")
      for (value, x) in zip(values[1...2], [Double.infinity, -.infinity]) {
        #expect(!value.isNaN || one.definition(x).isNaN, "\(set.name) at \(x)")
      }
      for (value, x) in zip(values[3...], far.map(Double.init)) {
        let expected = Float(one.definition(x))
        #expect(value == expected || abs(value - expected) <= 1e-6 * max(1, abs(expected)), "\(set.name)")
      }
    }
  }

  /// Pixels apart from each other, from a single channel on: what lies between them stays.
  @Test(arguments: [1, 2, 3, 7, 8, 15, 16, 17, 33, 100])
  func leavesWhatLiesBetweenPixels(channels: Int) {
    var generator = SeededGenerator(seed: 5)
    let before = Tensor(normal: [3, channels + 4], using: &generator)
    for set in LayerKernels.all {
      var found = before
      found.withUnsafeMutableScalars { values in
        guard let base = values.baseAddress else { return }
        StoredFunction.swish.apply(to: base, pixels: 3, channels: channels, stride: channels + 4, on: set)
      }
      for (index, (value, old)) in zip(found.scalars, before.scalars).enumerated() {
        let expected =
          index % (channels + 4) < channels ? Float(Double(old) * FunctionCase.sigmoid(Double(old))) : old
        #expect(abs(value - expected) <= 1e-6 * max(1, abs(expected)), "\(set.name) \(index)")
      }
    }
  }

  /// Convolutions take it of their sums, residual included, and of nothing else.
  @Test(arguments: ConvolutionCase.chosen, ConvolutionMethod.allCases)
  func convolutionsTakeItAsTheyStore(one: ConvolutionCase, method: ConvolutionMethod) throws {
    try expectStored(one, method, seed: 13, function: .swish) { sum in
      Float(Double(sum) * FunctionCase.sigmoid(Double(sum)))
    }
  }
}

@Suite struct ChannelTests {
  /// Of two parts and of more, side by side and apart, from one channel on.
  @Test(arguments: [1, 2, 3, 4], [1, 2, 5, 16, 29, 58])
  func interleavingTakesPartsInTurn(parts: Int, channels: Int) {
    var generator = SeededGenerator(seed: 6)
    let (pixels, wide) = (7, channels + 3)
    let inputs = (0..<parts).map { _ in Tensor(normal: [pixels, wide], using: &generator) }
    let values = inputs.map(\.scalars)
    let output = Tensor(shape: [pixels, channels * parts]) { output in
      guard let output = output.baseAddress else { return }
      withExtendedLifetime(inputs) {
        interleaveChannels(
          inputs.map { $0.withUnsafeScalars { Pixels($0.baseAddress.unsafelyUnwrapped, stride: wide) } },
          pixels: pixels, channels: channels, output: MutablePixels(output, stride: channels * parts))
      }
    }
    let expected = (0..<pixels * channels * parts).map { index in
      let (pixel, channel) = (index / (channels * parts), index % (channels * parts))
      return values[channel % parts][pixel * wide + channel / parts]
    }
    #expect(output.scalars == expected)
  }

  @Test(arguments: [1, 3, 16, 37], [1, 2])
  func gatesScaleTheirSamplesChannels(channels: Int, batch: Int) {
    var generator = SeededGenerator(seed: 7)
    let (x, gates) = (
      Tensor(normal: [batch, 6, channels], using: &generator),
      Tensor(normal: [batch, channels], using: &generator)
    )
    let output = Tensor(shape: x.shape) { output in
      withPointers(x, gates, nil) { x, gates, _ in
        guard let output = output.baseAddress else { return }
        scaleChannels(
          batch: batch, pixels: 6, channels: channels, scale: gates, input: Pixels(x, stride: channels),
          output: MutablePixels(output, stride: channels), finish: .relu)
      }
    }
    let (values, factors) = (x.scalars, gates.scalars)
    let expected = values.indices.map {
      max(0, values[$0] * factors[$0 / (6 * channels) * channels + $0 % channels])
    }
    #expect(output.scalars == expected)
  }

  /// Whole inputs, rows and numbers that repeat, one input to three.
  @Test(arguments: Elementwise.allCases)
  func combinationsAgreeWithTheirDefinition(kind: Elementwise) {
    var generator = SeededGenerator(seed: 8)
    let shape: Shape = [2, 3, 5, 19]
    let others: [[Shape]] = [
      [shape, shape], [shape, [1, 1, 1, 19]], [[2, 1, 1, 1], shape], [shape, [2, 3, 5, 1]],
      [[2, 3, 1, 19], shape],
    ]
    for shapes in others + (kind == .add || kind == .average ? [[shape], [shape, shape, shape]] : []) {
      let inputs = shapes.map { Tensor(normal: $0, using: &generator) }
      let output = Tensor(shape: shape) { output in
        guard let output = output.baseAddress else { return }
        withExtendedLifetime(inputs) {
          let sources = inputs.map { input in
            (input.withUnsafeScalars { $0.baseAddress.unsafelyUnwrapped }, input.shape)
          }
          combine(kind, sources, into: output, shape, grain: 2)
        }
      }
      let values = inputs.map(\.scalars)
      let expected = (0..<shape.count).map { index -> Float in
        let terms = zip(values, shapes).map { values, part in
          values[
            (0..<4).reduce(0) { sum, axis in
              part[axis] == 1 ? sum : sum + index / shape.strides[axis] % shape[axis] * part.strides[axis]
            }]
        }
        return switch kind {
        case .add: terms.reduce(0, +)
        case .average: terms.reduce(0, +) / Float(terms.count)
        case .subtract: terms[0] - terms[1]
        case .multiply: terms[0] * terms[1]
        case .divide: terms[0] / terms[1]
        case .minimum: min(terms[0], terms[1])
        case .maximum: max(terms[0], terms[1])
        }
      }
      expectAgreement(output, Tensor(expected, shape: shape), to: 1e-6, "\(kind) of \(shapes)")
    }
  }
}
