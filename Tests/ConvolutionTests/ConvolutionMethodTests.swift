import Convolution
import TensorCore
import TestSupport
import Testing

/// One convolution to check: extents, then what a table row varies.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var input: [Int]
  var filters: Int
  var kernel: Extent
  var stride: Extent = 1
  var dilation: Extent = 1
  var groups = 1
  var padding = Padding.valid

  var testDescription: String {
    "\(input) -> \(filters), \(kernel) / \(stride), dilation \(dilation), groups \(groups), \(padding)"
  }

  /// Random ones, down to 1x1, that have at least one window.
  static let random: [ConvolutionCase] = {
    var generator = SeededGenerator(seed: 11)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    var cases: [ConvolutionCase] = []
    while cases.count < 60 {
      let groups = [1, 1, 1, 2, 3][pick(0...4)]
      let depthwise = pick(0...4) == 0
      let channels = depthwise ? pick(1...19) : groups * pick(1...7)
      let paddings: [Padding] = [
        .valid, .same, .sameLower,
        .explicit(Margins(top: pick(0...3), bottom: pick(0...3), left: pick(0...3), right: pick(0...3))),
      ]
      let one = ConvolutionCase(
        input: [pick(1...2), pick(1...13), pick(1...13), channels],
        filters: depthwise ? channels * pick(1...3) : groups * pick(1...6),
        kernel: Extent(height: pick(1...5), width: pick(1...5)),
        stride: Extent(height: pick(1...3), width: pick(1...3)),
        dilation: Extent(height: pick(1...2), width: pick(1...3)), groups: depthwise ? channels : groups,
        padding: paddings[pick(0...3)])
      if one.geometry != nil { cases.append(one) }
    }
    return cases
  }()

  static let chosen: [ConvolutionCase] = [
    ConvolutionCase(input: [1, 1, 1, 1], filters: 1, kernel: 1),
    ConvolutionCase(input: [2, 9, 7, 5], filters: 6, kernel: 1),
    ConvolutionCase(input: [1, 8, 8, 6], filters: 4, kernel: 1, groups: 2),
    ConvolutionCase(input: [1, 8, 8, 3], filters: 4, kernel: 1, stride: 2),
    ConvolutionCase(input: [1, 5, 5, 2], filters: 3, kernel: 1, padding: .explicit(Margins(1))),
    ConvolutionCase(input: [1, 37, 41, 3], filters: 9, kernel: 11, stride: 4),
    ConvolutionCase(input: [3, 20, 20, 8], filters: 8, kernel: 3, padding: .same),
    ConvolutionCase(input: [1, 4, 4, 2], filters: 2, kernel: 5, padding: .same),
    ConvolutionCase(input: [1, 33, 33, 7], filters: 5, kernel: 3, dilation: 9, padding: .same),
    ConvolutionCase(input: [2, 15, 18, 37], filters: 49, kernel: 3, padding: .same),
    ConvolutionCase(input: [1, 13, 27, 64], filters: 50, kernel: 5, padding: .same),
    ConvolutionCase(
      input: [3, 7, 9, 21], filters: 18, kernel: 5,
      padding: .explicit(Margins(top: 0, bottom: 3, left: 2, right: 1))),
    ConvolutionCase(input: [1, 1, 1, 5], filters: 3, kernel: 5, padding: .same),
    ConvolutionCase(input: [2, 13, 11, 40], filters: 66, kernel: 5),
    ConvolutionCase(input: [1, 6, 5, 130], filters: 260, kernel: 5, padding: .same),
    ConvolutionCase(input: [2, 9, 11, 37], filters: 37, kernel: 7, groups: 37, padding: .same),
    ConvolutionCase(input: [2, 9, 11, 37], filters: 37, kernel: 7, stride: 2, groups: 37, padding: .same),
    ConvolutionCase(input: [1, 19, 21, 20], filters: 20, kernel: 5, dilation: 2, groups: 20, padding: .same),
    ConvolutionCase(input: [1, 31, 9, 130], filters: 65, kernel: 3, padding: .explicit(Margins(2))),
    ConvolutionCase(input: [1, 23, 23, 40], filters: 66, kernel: 3, stride: 2, padding: .same),
    ConvolutionCase(
      input: [1, 17, 17, 48], filters: 50, kernel: Extent(height: 1, width: 7), padding: .same),
    ConvolutionCase(input: [1, 17, 17, 64], filters: 96, kernel: 3, groups: 4, padding: .same),
    ConvolutionCase(input: [1, 14, 15, 83], filters: 83, kernel: 5, groups: 83, padding: .same),
    ConvolutionCase(input: [1, 12, 12, 16], filters: 16, kernel: 3, stride: 2, groups: 16, padding: .same),
    ConvolutionCase(input: [1, 239, 321, 1], filters: 3, kernel: 3, padding: .same),
    ConvolutionCase(input: [1, 239, 321, 1], filters: 2, kernel: 5, stride: 2, padding: .same),
    ConvolutionCase(input: [3, 19, 21, 24], filters: 24, kernel: 3, dilation: 2, groups: 24, padding: .same),
    ConvolutionCase(input: [3, 1, 1, 200], filters: 70, kernel: 3, padding: .same),
    ConvolutionCase(input: [1, 2, 3, 70], filters: 520, kernel: 3, padding: .same),
    ConvolutionCase(
      input: [3, 11, 14, 33], filters: 35, kernel: Extent(height: 7, width: 1), padding: .same),
  ]

  /// As deep as the last layers of networks.
  static let deep = ConvolutionCase(input: [1, 14, 14, 512], filters: 48, kernel: 3, padding: .same)

  var geometry: ConvolutionGeometry? {
    ConvolutionGeometry(
      input: Shape(input), outputChannels: filters, kernelSize: kernel, stride: stride, dilation: dilation,
      groups: groups, padding: padding)
  }
}

@Suite struct ConvolutionMethodTests {
  @Test(
    arguments: ConvolutionCase.chosen + ConvolutionCase.random + [.deep], ConvolutionMethod.allCases)
  func everyMethodAgreesWithTheReference(one: ConvolutionCase, method: ConvolutionMethod) throws {
    let geometry = try #require(one.geometry)
    guard method.canCompute(geometry) else { return }
    var generator = SeededGenerator(seed: 3)
    let x = Tensor(normal: Shape(one.input), using: &generator)
    let kernel = Tensor(normal: geometry.kernelShape, using: &generator)
    for bias in [nil, Tensor(normal: [one.filters], using: &generator)] {
      let expected = referenceConvolution(x, kernel: kernel, bias: bias, geometry)
      for set in LayerKernels.all {
        let convolution = PreparedConvolution(geometry, by: method, kernel: kernel, bias: bias, on: set)
        let output = Tensor(shape: expected.shape) { output in
          withPointers(x, kernel, nil) { x, _, _ in
            guard let output = output.baseAddress else { return }
            convolution.apply(
              to: Pixels(x, stride: one.input[3]), into: MutablePixels(output, stride: one.filters))
          }
        }
        expectAgreement(output, expected, to: 1e-5, "\(method) on \(set.name)")
      }
    }
  }

  /// Reads a slice of wider pixels, writes a slice of wider pixels, adds what lay there, clamps.
  @Test(arguments: ConvolutionCase.chosen, ConvolutionMethod.allCases)
  func slicesResidualsAndClampsAgree(one: ConvolutionCase, method: ConvolutionMethod) throws {
    try expectStored(one, method, seed: 8, low: -1, high: 6) { min(max($0, -1), 6) }
  }

  @Test(arguments: [
    (1, 1, 1), (1, 300, 70), (1, 1, 5000), (3, 64, 200), (8, 130, 1100), (13, 65, 37), (64, 17, 9),
    (67, 270, 530), (130, 33, 1),
  ])
  func denseAgreesWithTheReference(rows: Int, inputs: Int, units: Int) {
    var generator = SeededGenerator(seed: 9)
    let x = Tensor(normal: [rows, inputs], using: &generator)
    let kernel = Tensor(normal: [inputs, units], using: &generator)
    let bias = Tensor(normal: [units], using: &generator)
    let output = Tensor(shape: [rows, units]) { output in
      withPointers(x, kernel, bias) { x, kernel, bias in
        guard let output = output.baseAddress else { return }
        denseProduct(
          rows: rows, inputs: inputs, units: units, input: x, kernel: kernel, bias: bias, output: output)
      }
    }
    expectAgreement(output, referenceDense(x, kernel: kernel, bias: bias), to: 1e-5)
  }

  @Test func transposedAgreesWithTheReference() throws {
    var generator = SeededGenerator(seed: 21)
    var checked = 0
    while checked < 40 {
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      let groups = pick(1...2)
      let paddings: [Padding] = [
        .valid, .same, .sameLower,
        .explicit(Margins(top: pick(0...2), bottom: pick(0...2), left: pick(0...2), right: pick(0...2))),
      ]
      let input = Shape([pick(1...2), pick(1...6), pick(1...6), groups * pick(1...4)])
      guard
        let geometry = TransposedGeometry(
          input: input, outputChannels: groups * pick(1...4),
          kernelSize: Extent(height: pick(1...5), width: pick(1...5)),
          stride: Extent(height: pick(1...3), width: pick(1...3)),
          dilation: Extent(height: pick(1...2), width: pick(1...3)), padding: paddings[pick(0...3)],
          outputPadding: Extent(height: pick(0...1), width: pick(0...1)), groups: groups)
      else { continue }
      checked += 1
      let x = Tensor(normal: input, using: &generator)
      let kernel = Tensor(normal: geometry.kernelShape, using: &generator)
      let bias = Tensor(normal: [geometry.outputChannels], using: &generator)
      let output = Tensor(shape: Shape(geometry.outputDimensions)) { output in
        withPointers(x, kernel, bias) { x, kernel, bias in
          guard let output = output.baseAddress else { return }
          convolveTransposed(geometry, input: x, kernel: kernel, bias: bias, output: output)
        }
      }
      expectAgreement(
        output, referenceTransposedConvolution(x, kernel: kernel, bias: bias, geometry), to: 1e-5,
        "\(geometry)")
    }
  }
}

/// Expects a convolution from a slice of wider pixels into a slice of wider pixels, which adds what lay there, to store
/// `stored` of each sum and to touch nothing beside.
func expectStored(
  _ one: ConvolutionCase, _ method: ConvolutionMethod, seed: UInt64, low: Float = -.infinity,
  high: Float = .infinity, function: StoredFunction? = nil, stored: (Float) -> Float
) throws {
  let geometry = try #require(one.geometry)
  guard method.canCompute(geometry) else { return }
  var generator = SeededGenerator(seed: seed)
  let (channels, filters) = (one.input[3], one.filters)
  let wide = Tensor(normal: Shape(one.input.dropLast() + [channels + 5]), using: &generator)
  let x = Tensor(shape: Shape(one.input)) { values in
    let all = wide.scalars
    for index in values.indices {
      values[index] = all[index / channels * (channels + 5) + 2 + index % channels]
    }
  }
  let kernel = Tensor(normal: geometry.kernelShape, using: &generator)
  let bias = Tensor(normal: [filters], using: &generator)
  let before = Tensor(
    normal: Shape(geometry.outputDimensions.dropLast() + [filters + 3]), using: &generator)
  let sums = referenceConvolution(x, kernel: kernel, bias: bias, geometry).scalars
  var expected = before.scalars
  for index in sums.indices {
    let place = index / filters * (filters + 3) + 1 + index % filters
    expected[place] = stored(expected[place] + sums[index])
  }
  for set in LayerKernels.all {
    let convolution = PreparedConvolution(geometry, by: method, kernel: kernel, bias: bias, on: set)
    var output = before
    output.withUnsafeMutableScalars { output in
      wide.withUnsafeScalars { wide in
        guard let output = output.baseAddress, let wide = wide.baseAddress else { return }
        convolution.apply(
          to: Pixels(wide + 2, stride: channels + 5), into: MutablePixels(output + 1, stride: filters + 3),
          finish: Finish(
            residual: Pixels(output + 1, stride: filters + 3), low: low, high: high, function: function))
      }
    }
    expectAgreement(
      output, Tensor(expected, shape: before.shape), to: 1e-4, "\(method) on \(set.name)")
  }
}

func withPointers(
  _ x: Tensor, _ kernel: Tensor, _ bias: Tensor?,
  _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?) -> Void
) {
  x.withUnsafeScalars { x in
    kernel.withUnsafeScalars { kernel in
      guard let x = x.baseAddress, let kernel = kernel.baseAddress else { return }
      guard let bias else { return body(x, kernel, nil) }
      bias.withUnsafeScalars { body(x, kernel, $0.baseAddress) }
    }
  }
}
