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
    Case(input: [50, 60], rows: 33, columns: 3),
    Case(input: [7, 90], rows: 1, columns: 64),
  ]
  static let boundaries: [Boundary] = [.constant(0), .constant(-1.5), .edge, .reflect, .mirror, .wrap]

  @Test(arguments: cases, boundaries)
  func everyMethodAgreesWithTheDefinition(_ item: Case, boundary: Boundary) throws {
    var generator = SeededGenerator(seed: 5)
    let x = Tensor(uniform: item.input, in: -1..<2, using: &generator)
    let dense = try Kernel(Tensor(normal: [item.rows, item.columns], using: &generator))
    func product() -> Kernel {
      Kernel(
        column: Tensor(normal: [item.rows], using: &generator).scalars,
        row: Tensor(normal: [item.columns], using: &generator).scalars)
    }
    let single = product()
    let double = Kernel(
      rows: item.rows, columns: item.columns, taps: zip(single.taps, product().taps).map { $0 + $1 })
    let mean = Kernel.box(height: item.rows, width: item.columns)
    let twoTermsPay = CorrelationMethod.choice(for: double).costs[.separable] != nil
    for mode in OutputMode.allCases {
      guard (try? mode.outputShape(input: x.shape, kernel: dense.extent)) != nil else { continue }
      for convolving in [false, true] {
        func check(_ kernel: Kernel, _ methods: [CorrelationMethod], _ tolerance: Float = 1e-5) {
          func slid(_ method: CorrelationMethod) -> Tensor {
            slide(kernel, over: x, convolving: convolving, output: mode, boundary: boundary, method: method)
          }
          let expected = slid(.reference)
          for method in methods {
            expectAgreement(
              slid(method), expected, to: tolerance, "\(method) \(mode) convolving: \(convolving)")
          }
        }
        check(dense, [.direct])
        check(dense, [.fft], 1e-4)
        check(single, [.separable])
        if twoTermsPay { check(double, [.separable]) }
        check(mean, [.separable, .box])
      }
    }
  }

  @Test(arguments: [(63, 63), (40, 70), (1, 200)], [Boundary.reflect, .wrap, .constant(100)])
  func transformsAgreeWhereKernelsAreLargeAndPicturesBright(_ size: (Int, Int), boundary: Boundary) throws {
    var generator = SeededGenerator(seed: 11)
    let x = Tensor(uniform: [90, 170], in: 180..<255, using: &generator)
    let taps = Tensor(normal: [size.0, size.1], using: &generator).scalars
    // Taps that cancel: the response is small beside what goes into it.
    let mean = taps.reduce(0, +) / Float(taps.count)
    let kernel = Kernel(rows: size.0, columns: size.1, taps: taps.map { $0 - mean })
    func slid(_ method: CorrelationMethod) -> Tensor {
      slide(kernel, over: x, convolving: false, output: .same, boundary: boundary, method: method)
    }
    expectAgreement(slid(.fft), slid(.reference), to: 1e-4)
  }

  @Test(arguments: [(31, 31), (101, 7), (2, 64), (255, 255)], [Boundary.mirror, .wrap, .constant(3)])
  func boxesAgreeWhereTheyAreLarge(_ size: (Int, Int), boundary: Boundary) {
    var generator = SeededGenerator(seed: 12)
    let x = Tensor(uniform: [230, 80, 2], in: 0..<255, using: &generator)
    for mode in [OutputMode.same, .full] {
      func slid(_ method: CorrelationMethod) -> Tensor {
        slide(
          .box(height: size.0, width: size.1), over: x, convolving: false, output: mode, boundary: boundary,
          method: method)
      }
      // The separable method is itself held to the definition, which would take long here.
      expectAgreement(slid(.box), slid(.separable), to: 1e-5)
    }
  }

  @Test func aNotANumberStaysWithinItsBox() {
    var x = Tensor(repeating: 1, shape: [90, 120])
    x[40, 60] = .nan
    let result = slide(
      .box(height: 7, width: 9), over: x, convolving: false, output: .same, boundary: .edge, method: .box)
    for row in 0..<90 {
      for column in 0..<120 {
        let near = abs(row - 40) <= 3 && abs(column - 60) <= 4
        #expect(result[row, column].isNaN == near)
        if !near { #expect(abs(result[row, column] - 1) < 1e-6) }
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
      .box(height: 5, width: 5),
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

  @Test(arguments: [1, 3], [Kernel.box(height: 40, width: 40), MethodTests.noise(33), .gaussian(sigma: 9)])
  func aLargeRegionWithItsMarginsGivesThatPartOfTheWhole(channels: Int, kernel: Kernel) {
    var generator = SeededGenerator(seed: 10)
    let filter = RegionFilter(kernel)
    let (height, width) = (170, 190)
    let (rows, columns) = (height + kernel.rows - 1, width + kernel.columns - 1)
    let x = Tensor(uniform: [rows, columns, channels], in: 0..<1, using: &generator)
    let expected = slide(
      kernel, over: x, convolving: false, output: .valid, boundary: .edge, method: .direct)
    var result = Tensor(repeating: .nan, shape: expected.shape)
    result.withUnsafeMutableScalars { result in
      x.withUnsafeScalars { x in
        guard let input = x.baseAddress, let result = result.baseAddress else { return }
        filter.apply(
          input, inputStride: columns * channels, result, outputStride: width * channels, height: height,
          width: width, channels: channels)
      }
    }
    expectAgreement(result, expected, to: 2e-5, "\(filter.choice)")
  }

  static func noise(_ side: Int) -> Kernel {
    var generator = SeededGenerator(seed: 13)
    return Kernel(
      rows: side, columns: side, taps: Tensor(uniform: [side, side], in: -1..<1, using: &generator).scalars)
  }

  @Test(arguments: CorrelationMethod.allCases)
  func eachMethodCanBeForced(method: CorrelationMethod) {
    var generator = SeededGenerator(seed: 14)
    let x = Tensor(normal: [20, 30], using: &generator)
    var result = Tensor(repeating: 0, shape: [20, 30])
    correlate(x, .box(height: 3, width: 4), boundary: .wrap, by: method, into: &result)
    expectAgreement(result, correlate(x, .box(height: 3, width: 4), boundary: .wrap), to: 1e-5)
    convolve(x, .box(height: 3, width: 4), boundary: .wrap, by: method, into: &result)
    expectAgreement(result, convolve(x, .box(height: 3, width: 4), boundary: .wrap), to: 1e-5)
  }

  @Test(arguments: CorrelationMethod.allCases)
  func aForcedMethodSaysSoAndFiltersRegionsToo(method: CorrelationMethod) throws {
    let kernel = Kernel.box(height: 3, width: 4)
    let choice = try #require(CorrelationMethod.choice(asking: method, for: kernel))
    #expect(
      choice.method == method && choice.description.hasPrefix("\(method.rawValue), because it was asked for"))
    let filter = RegionFilter(kernel, by: method)
    #expect(filter.choice == choice)
    var generator = SeededGenerator(seed: 15)
    let x = Tensor(normal: [62, 73], using: &generator)
    let expected = slide(
      kernel, over: x, convolving: false, output: .valid, boundary: .edge, method: .reference)
    var result = Tensor(repeating: .nan, shape: expected.shape)
    result.withUnsafeMutableScalars { result in
      x.withUnsafeScalars { x in
        guard let input = x.baseAddress, let result = result.baseAddress else { return }
        filter.apply(
          input, inputStride: 73, result, outputStride: 70, height: 60, width: 70, channels: 1)
      }
    }
    expectAgreement(result, expected, to: 1e-5)
    let dense = MethodTests.noise(7)
    let possible = CorrelationMethod.allCases.filter {
      CorrelationMethod.choice(asking: $0, for: dense) != nil
    }
    #expect(possible == [.reference, .direct, .fft])
  }

  @Test(arguments: [4, 5.3, 10, 20.0])
  func boxesOneAfterAnotherAreCloseToAGaussian(sigma: Double) {
    #expect(Kernel.boxCascade(sigma: 3.9) == [.gaussian(sigma: 3.9)])
    let boxes = Kernel.boxCascade(sigma: sigma)
    let row = boxes.reduce([1.0]) { row, box in
      (0..<row.count + box.columns - 1).map { index in
        (0..<box.columns).reduce(0) {
          row.indices.contains(index - $1) ? $0 + row[index - $1] / Double(box.columns) : $0
        }
      }
    }
    let centre = Double(row.count - 1) / 2
    let variance = row.indices.reduce(0) { $0 + row[$1] * (Double($1) - centre) * (Double($1) - centre) }
    #expect(abs(variance.squareRoot() / sigma - 1) < 0.03, "\(variance.squareRoot())")
    let gaussian = Kernel.gaussian(sigma: sigma, height: 1, width: row.count).taps
    let largest = Double(gaussian.max() ?? 0)
    let difference = zip(row, gaussian).map { abs($0 - Double($1)) }.max() ?? .infinity
    #expect(difference < 0.05 * largest, "\(difference / largest)")
  }

  @Test(arguments: [
    (Kernel.gaussian(sigma: 3), CorrelationMethod.separable, "a column times a row"),
    (.laplacian, .direct, "too few for transforms"),
    (Kernel([[1, 2, 3]]), .direct, "no more than two passes"),
    (noise(5), .direct, "not a column times a row"),
    (noise(31), .fft, "31x31 taps are not a column times a row"),
    (.box(height: 101, width: 101), .box, "all equal"),
    (
      Kernel(
        rows: 11, columns: 11,
        taps: zip(
          Kernel.gaussian(sigma: 2, height: 11, width: 11).taps,
          Kernel.gaussian(sigma: 6, height: 11, width: 11).taps
        ).map { $0 - $1 }), .separable, "the sum of 2 products"
    ),
  ])
  func theChoiceExplainsItself(kernel: Kernel, method: CorrelationMethod, because: String) {
    let choice = CorrelationMethod.choice(for: kernel)
    #expect(choice.method == method)
    #expect(choice.description.hasPrefix("\(method.rawValue), because "))
    #expect(choice.description.contains(because))
    #expect(choice.costs[method] == choice.costs.values.min())
  }
}
