import CKernels
import Convolution
import TensorCore
import TestSupport
import Testing

/// Every method against the definition.
@Suite struct MethodTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let input: Shape
    let rows: Int
    let columns: Int
    var testDescription: String { "\(input) under \(rows)x\(columns)" }
  }

  /// Pictures smaller and larger than a vector and a block of rows, with channels and samples, down to one pixel.
  static let cases: [Case] = [
    Case(input: [1, 1], rows: 1, columns: 1),
    Case(input: [1, 1], rows: 4, columns: 3),
    Case(input: [2, 3], rows: 5, columns: 5),
    Case(input: [1, 70], rows: 1, columns: 9),
    Case(input: [70, 1], rows: 9, columns: 2),
    Case(input: [17, 33, 1], rows: 3, columns: 3),
    Case(input: [13, 40, 3], rows: 4, columns: 6),
    Case(input: [9, 7, 4], rows: 7, columns: 7),
    Case(input: [3, 12, 21, 2], rows: 5, columns: 4),
    Case(input: [2, 5, 6, 19], rows: 2, columns: 2),
    Case(input: [25, 131], rows: 8, columns: 31),
    Case(input: [210, 65], rows: 2, columns: 3),
    Case(input: [12, 25], rows: 40, columns: 41),
    Case(input: [40, 90, 3], rows: 1, columns: 2),
  ]
  static let boundaries: [Boundary] = [.constant(0), .constant(-1.5), .edge, .reflect, .mirror, .wrap]

  @Test(arguments: cases, boundaries)
  func directAndSeparableAgreeWithTheDefinition(_ item: Case, boundary: Boundary) throws {
    var generator = SeededGenerator(seed: 5)
    let x = Tensor(uniform: item.input, in: -1..<2, using: &generator)
    let dense = try Kernel(Tensor(normal: [item.rows, item.columns], using: &generator))
    let product = Kernel(
      column: Tensor(normal: [item.rows], using: &generator).scalars,
      row: Tensor(normal: [item.columns], using: &generator).scalars)
    for mode in OutputMode.allCases {
      guard (try? mode.outputShape(input: x.shape, kernel: dense.extent)) != nil else { continue }
      for convolving in [false, true] {
        func slid(_ kernel: Kernel, _ method: CorrelationMethod) -> Tensor {
          slide(kernel, over: x, convolving: convolving, output: mode, boundary: boundary, method: method)
        }
        let what = "\(mode) convolving: \(convolving)"
        expectAgreement(slid(dense, .direct), slid(dense, .reference), to: 1e-5, "direct \(what)")
        expectAgreement(slid(product, .separable), slid(product, .reference), to: 1e-5, "separable \(what)")
      }
    }
  }

  @Test(arguments: [fovea_portable, fovea_avx2, fovea_avx512, fovea_neon].map(\.rawValue))
  func everyInstructionSetOfThisProcessorComputesTheSame(set: UInt32) throws {
    guard let kernels = fovea_plane_kernels_for(fovea_instruction_set(set))?.pointee else { return }
    var generator = SeededGenerator(seed: 6)
    for (rows, width, kernelRows, kernelColumns, step) in [
      (1, 1, 1, 1, 1), (3, 5, 2, 3, 1), (4, 16, 1, 4, 3), (5, 17, 3, 1, 2), (7, 129, 4, 5, 1),
      (9, 203, 9, 2, 4),
      (13, 64, 40, 30, 1), (8, 8, 2, 2, 1), (6, 75, 5, 5, 3),
    ] {
      let stride = width + (kernelColumns - 1) * step + 3
      let inputRows = rows + kernelRows - 1
      let input = Tensor(normal: [inputRows, stride], using: &generator)
      let taps = Tensor(normal: [kernelRows, kernelColumns], using: &generator)
      var expected = Tensor(repeating: 0.5, shape: [rows, width])
      for row in 0..<rows {
        for column in 0..<width {
          var sum = 0.5
          for a in 0..<kernelRows {
            for b in 0..<kernelColumns {
              sum += Double(taps[a, b]) * Double(input[row + a, 1 + column + b * step])
            }
          }
          expected[row, column] = Float(sum)
        }
      }
      // One column more than asked for, which must stay as it is.
      var result = Tensor(repeating: 0.5, shape: [rows, width + 1])
      try result.withUnsafeMutableScalars { result in
        try input.withUnsafeScalars { input in
          try taps.withUnsafeScalars { taps in
            let base = try #require(input.baseAddress)
            let table = (0..<inputRows).map { base + $0 * stride }
            kernels.correlate(
              table, 1, try #require(result.baseAddress), width + 1, rows, width,
              try #require(taps.baseAddress),
              kernelRows, kernelColumns, step, 1)
          }
        }
      }
      var own = Tensor(repeating: 0, shape: [rows, width])
      for row in 0..<rows {
        for column in 0..<width { own[row, column] = result[row, column] }
        #expect(result[row, width] == 0.5)
      }
      expectAgreement(
        own, expected, to: 1e-5, "\(String(cString: kernels.name)) \(kernelRows)x\(kernelColumns)")
    }
  }

  @Test(arguments: OutputMode.allCases, [false, true])
  func aRegionWithItsMarginsGivesThatPartOfTheWhole(mode: OutputMode, convolving: Bool) {
    var generator = SeededGenerator(seed: 7)
    let x = Tensor(normal: [30, 40, 3], using: &generator)
    let kernels = [
      Kernel.gaussian(sigma: 1.2),
      Kernel(rows: 4, columns: 6, taps: (0..<24).map { Float($0 * $0 % 11) - 3 }),
    ]
    for kernel in kernels {
      let whole = slide(
        kernel, over: x, convolving: convolving, output: mode, boundary: .constant(0), method: .reference)
      let filter = RegionFilter(kernel, convolving: convolving, output: mode)
      let (top, left) = (14, 15)
      let (height, width) = (5, 7)
      var region = Tensor(repeating: 0, shape: [height, width, 3])
      var expected = region
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<3 { expected[row, column, channel] = whole[top + row, left + column, channel] }
        }
      }
      region.withUnsafeMutableScalars { region in
        x.withUnsafeScalars { x in
          guard let input = x.baseAddress, let result = region.baseAddress else { return }
          let first = ((top - filter.margins.top) * 40 + left - filter.margins.left) * 3
          filter.apply(
            input + first, inputStride: 120, result, outputStride: width * 3, height: height, width: width,
            channels: 3)
        }
      }
      expectAgreement(region, expected, to: 1e-5, "\(mode) \(kernel.extent)")
    }
  }

  @Test func aResultMayBeFilledAgain() {
    var generator = SeededGenerator(seed: 8)
    let x = Tensor(normal: [20, 21], using: &generator)
    var result = Tensor(repeating: .nan, shape: [20, 21])
    let kept = result
    correlate(x, .gaussian(sigma: 1), into: &result)
    #expect(result == correlate(x, .gaussian(sigma: 1)))
    #expect(kept[0, 0].isNaN)
  }

  @Test(arguments: GradientOperator.allCases, OutputMode.allCases)
  func theMagnitudeAloneIsThatOfTheDerivatives(kernels: GradientOperator, mode: OutputMode) {
    var generator = SeededGenerator(seed: 9)
    let x = Tensor(normal: [2, 130, 21, 3], using: &generator)
    let whole = gradient(x, kernels, output: mode, boundary: .mirror)
    let magnitude = gradientMagnitude(x, kernels, output: mode, boundary: .mirror)
    expectAgreement(magnitude, whole.magnitude, to: 1e-6)
    var again = whole.x
    gradientMagnitude(x, kernels, output: mode, boundary: .mirror, into: &again)
    #expect(again == magnitude)
  }

  @Test func theChoiceFollowsRankAndSize() {
    func method(_ kernel: Kernel) -> CorrelationMethod { CorrelationMethod.choice(for: kernel).method }
    #expect(method(.gaussian(sigma: 3)) == .separable)
    #expect(method(.laplacian) == .direct)
    #expect(method(Kernel([[1, 2, 3]])) == .direct)
    #expect(CorrelationMethod.choice(for: .laplacian).description.contains("direct"))
  }
}
