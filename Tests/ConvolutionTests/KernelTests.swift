import Convolution
import TensorCore
import TestSupport
import Testing

@Suite struct KernelTests {
  @Test(arguments: [
    "0 1 2; 2 2 0; 0 1 2", "0,1,2;2,2,0;0,1,2", "0, 1, 2\n2, 2, 0\r\n0, 1, 2\n",
    " 0 1\t2 ;2 4/2 0; 0 1e0 +2 ;\n",
  ])
  func textIsReadRowByRow(text: String) throws {
    #expect(try Kernel(text: text) == Kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]]))
  }

  @Test(arguments: [
    ("", ConvolutionError.emptyKernel), (" ; \n", .emptyKernel),
    ("1 2; 3 x", .notANumber(row: 2, column: 2, found: "x")),
    ("1,,2", .notANumber(row: 1, column: 2, found: "")),
    ("1 inf", .notANumber(row: 1, column: 2, found: "inf")),
    ("1/0", .notANumber(row: 1, column: 1, found: "1/0")),
    ("1e99", .notANumber(row: 1, column: 1, found: "1e99")),
    ("1 2; 3", .unevenRow(row: 2, expected: 2, found: 1)),
    ("1 2;; 3 4", .unevenRow(row: 2, expected: 2, found: 0)),
  ])
  func wrongTextIsAnErrorThatNamesThePlace(text: String, error: ConvolutionError) {
    #expect(throws: error) { try Kernel(text: text) }
    #expect(!"\(error)".contains("\n"))
  }

  @Test func aTensorIsAKernelWhenItHasTwoAxes() throws {
    #expect(try Kernel(Tensor([1, 2], shape: [1, 2])) == Kernel([[1, 2]]))
    #expect(throws: ConvolutionError.notAKernel(shape: [2])) { try Kernel(Tensor([1, 2], shape: [2])) }
    #expect(throws: ConvolutionError.notAKernel(shape: [0, 2])) { try Kernel(Tensor([], shape: [0, 2])) }
    #expect(throws: ConvolutionError.notANumber(row: 1, column: 2, found: "nan")) {
      try Kernel(Tensor([1, .nan], shape: [1, 2]))
    }
  }

  @Test func theLecturesSigns() {
    #expect(Kernel.sobelX == Kernel([[1, 0, -1], [2, 0, -2], [1, 0, -1]]))
    #expect(Kernel.sobelY == Kernel([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]))
    #expect(Kernel.scharrX == Kernel([[3, 0, -3], [10, 0, -10], [3, 0, -3]]))
    #expect(Kernel.prewittY == Kernel([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]))
  }

  @Test func flippedIsHalfATurn() {
    #expect(Kernel([[1, 2, 3], [4, 5, 6]]).flipped == Kernel([[6, 5, 4], [3, 2, 1]]))
    #expect(Kernel(column: [1, 2], row: [3, 4, 5]).flipped == Kernel([[10, 8, 6], [5, 4, 3]]))
  }

  @Test func normalisedSumsToOneOrKeepsDerivativesWithinOne() {
    #expect(Kernel([[1, 3]]).normalised() == Kernel([[0.25, 0.75]]))
    #expect(Kernel.sobelX.normalised() == Kernel([[0.25, 0, -0.25], [0.5, 0, -0.5], [0.25, 0, -0.25]]))
    #expect(Kernel([[0, 0]]).normalised() == Kernel([[0, 0]]))
    #expect(abs(Kernel.gaussian(sigma: 7).sum - 1) < 1e-6)
  }

  @Test func gaussiansHaveTheRadiusOfScipy() {
    #expect(Kernel.gaussian(sigma: 2).extent == Extent(17))
    #expect(Kernel.gaussian(sigma: 0.1).extent == Extent(1))
    #expect(Kernel.gaussian(sigma: 3, truncate: 1.5).extent == Extent(11))
    #expect(
      Kernel.gaussian(sigma: 3, height: 9, width: 9).taps.max()
        == Kernel.gaussian(sigma: 3, height: 9, width: 9).taps[40])
    #expect(Kernel.gaussian(sigma: 1e-3, height: 4, width: 1).taps == [0, 0.5, 0.5, 0])
  }

  @Test func rankOneIsFoundExactly() throws {
    var generator = SeededGenerator(seed: 3)
    let column = Tensor(normal: [7], using: &generator).scalars
    let row = Tensor(normal: [5], using: &generator).scalars
    let taps = column.flatMap { tap in row.map { tap * $0 } }
    let factors = try #require(Kernel(rows: 7, columns: 5, taps: taps).factors)
    let product = Kernel(column: factors.column, row: factors.row)
    expectAgreement(Tensor(product.taps, shape: [7, 5]), Tensor(taps, shape: [7, 5]), to: 3e-7)

    #expect(try Kernel(text: "1 0 -1; 2 0 -2; 1 0 -1").factors != nil)
    #expect(try Kernel(text: "0 1 2; 2 2 0; 0 1 2").factors == nil)
    #expect(Kernel.laplacian.factors == nil)
    #expect(Kernel([[0, 0], [0, 0]]).factors == nil)
    var nearly = taps
    nearly[3] *= 1 + 1e-5
    #expect(Kernel(rows: 7, columns: 5, taps: nearly).factors == nil)
  }

  @Test func theTermsOfAKernelAreAsManyAsItsRank() throws {
    var generator = SeededGenerator(seed: 4)
    func product() -> [Float] {
      Kernel(
        column: Tensor(normal: [9], using: &generator).scalars,
        row: Tensor(normal: [6], using: &generator).scalars
      ).taps
    }
    var taps = product()
    for rank in 2...4 {
      taps = zip(taps, product()).map { $0 + $1 }
      let kernel = Kernel(rows: 9, columns: 6, taps: taps)
      #expect(kernel.terms(atMost: rank - 1) == nil)
      let terms = try #require(kernel.terms(atMost: rank))
      #expect(terms.count == rank)
      var sum = [Float](repeating: 0, count: 54)
      for term in terms { sum = zip(sum, Kernel(column: term.column, row: term.row).taps).map { $0 + $1 } }
      expectAgreement(Tensor(sum, shape: [9, 6]), Tensor(taps, shape: [9, 6]), to: 1e-6)
    }
    #expect(Kernel.laplacian.terms(atMost: 8)?.count == 2)
    #expect(Kernel([[0, 0], [0, 0]]).terms(atMost: 8) == nil)
  }

  @Test(arguments: [(0.0, 4.0), (-1, 4), (.nan, 4), (.infinity, 4), (1, -1), (1, .nan), (1e6, 4), (1, 1e300)])
  func aGaussianFromOutsideIsChecked(sigma: Double, truncate: Double) {
    #expect(throws: ConvolutionError.self) { try Kernel.gaussian(checking: sigma, truncate: truncate) }
  }

  @Test func aGaussianThatIsOnePassesTheCheck() throws {
    #expect(try Kernel.gaussian(checking: 2) == .gaussian(sigma: 2))
  }
}
