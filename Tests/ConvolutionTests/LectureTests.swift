import Convolution
import TensorCore
import TestSupport
import Testing

/// The lecture's exhibits on filtering.
@Suite struct LectureTests {
  @Test func theWorkedExample() {
    let x = Tensor(
      [3, 3, 2, 1, 0, 0, 0, 1, 3, 1, 3, 1, 2, 2, 3, 2, 0, 0, 2, 2, 2, 0, 0, 0, 1], shape: [5, 5])
    let z = correlate(x, Kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]]), output: .valid)
    #expect(z == Tensor([12, 12, 17, 10, 17, 19, 9, 6, 14], shape: [3, 3]))
  }

  @Test(arguments: [(OutputMode.full, 520), (.same, 512), (.valid, 504)], [false, true])
  func boxAndGaussianOf512In3Modes(mode: (OutputMode, Int), gaussian: Bool) {
    var generator = SeededGenerator(seed: 1)
    let x = Tensor(uniform: [512, 512], in: 100..<200, using: &generator)
    let kernel: Kernel = gaussian ? .gaussian(sigma: 3, height: 9, width: 9) : .box(height: 9, width: 9)
    let z = correlate(x, kernel, output: mode.0)
    #expect(z.shape == [mode.1, mode.1])
    // Zero padding darkens the border of `same` and `full`; `valid` has none.
    let (corner, centre) = (z[0, 0], z[mode.1 / 2, mode.1 / 2])
    #expect(centre > 100 && centre < 200)
    #expect(mode.0 == .valid ? corner > 100 : corner < 100)
  }

  @Test func sobelIsZeroOnFlatAreasAndPositiveFromWhiteToBlack() {
    var x = Tensor(repeating: 0, shape: [32, 32])
    for row in 8..<24 { for column in 8..<24 { x[row, column] = 1 } }
    let edges = sobel(x, output: .valid)
    #expect(edges.x.shape == [30, 30])
    #expect(edges.x[15, 15] == 0 && edges.y[15, 15] == 0 && edges.magnitude[2, 2] == 0)
    // Output (r, c) sees the pixels r ... r + 2, c ... c + 2.
    #expect(edges.x[15, 22] == 4 && edges.x[15, 7] == -4)
    #expect(edges.y[22, 15] == 4 && edges.y[7, 15] == -4)
    #expect(edges.magnitude[15, 7] == 4)
    #expect(edges.direction[15, 22] == 0 && abs(edges.direction[22, 15] - .pi / 2) < 1e-6)
  }

  /// The exercise: zero where the picture is constant, largest at the upper right corner of the white rectangle.
  @Test func aKernelFindsTheUpperRightCorner() throws {
    var x = Tensor(repeating: 0, shape: [128, 128])
    for row in 32..<96 { for column in 16..<112 { x[row, column] = 1 } }
    let kernel = try Kernel(text: "-1 -1 -1 -1; -1 -1 -1 -1; 3 3 -1 -1; 3 3 -1 -1")
    #expect(kernel.sum == 0)
    let z = correlate(x, kernel, output: .valid)
    #expect(z[0, 0] == 0 && z[60, 60] == 0)
    let peak = try #require(z.scalars.max())
    let places = z.scalars.indices.filter { z.scalars[$0] == peak }
    // The window whose lower left quarter is white begins two rows above and two columns left of the corner.
    #expect(places == [30 * 125 + 110])
  }

  @Test func aPatternIsFoundByCorrelation() throws {
    var generator = SeededGenerator(seed: 2)
    var page = Tensor(normal: [60, 80], deviation: 0.3, using: &generator)
    let three = try Kernel(text: "1 1 1 -1; -1 -1 -1 1; -1 1 1 -1; -1 -1 -1 1; 1 1 1 -1")
    for row in 0..<5 { for column in 0..<4 { page[22 + row, 51 + column] += three.taps[row * 4 + column] } }
    let z = correlate(page, three, output: .valid)
    let best = try #require(z.scalars.indices.max { z.scalars[$0] < z.scalars[$1] })
    #expect((best / 77, best % 77) == (22, 51))
  }
}
