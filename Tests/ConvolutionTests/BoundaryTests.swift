import Convolution
import TensorCore
import Testing

@Suite struct BoundaryTests {
  /// The extensions of `a b c d`, two periods far on either side.
  @Test(arguments: [
    (Boundary.edge, "aaaaaaaaaaaabcdddddddddddd"),
    (.reflect, "dcbaabcddcbaabcddcbaabcddc"),
    (.mirror, "bcdcbabcdcbabcdcbabcdcbabc"),
    (.wrap, "dabcdabcdabcdabcdabcdabcda"),
    (.constant(0), "...........abcd..........."),
  ])
  func aRowContinues(boundary: Boundary, expected: String) {
    let row = Array("abcd")
    let start = boundary == .reflect ? -12 : boundary == .mirror ? -11 : boundary == .wrap ? -13 : -11
    let text = (start..<start + expected.count).map { index in
      boundary.source(of: index, count: 4).map { String(row[$0]) } ?? "."
    }.joined()
    #expect(text == expected)
  }

  @Test(arguments: [Boundary.edge, .reflect, .mirror, .wrap])
  func aSinglePixelContinuesAsItself(boundary: Boundary) {
    for index in -5...5 { #expect(boundary.source(of: index, count: 1) == 0) }
  }

  @Test func namesOfOtherLibraries() {
    #expect(Boundary(name: "symmetric") == .reflect)
    #expect(Boundary(name: "BORDER_REFLECT_101") == .mirror)
    #expect(Boundary(name: "grid-wrap") == .wrap)
    #expect(Boundary(name: "Replicate") == .edge)
    #expect(Boundary(name: "constant", value: 3) == .constant(3))
    #expect(Boundary(name: "zero", value: 3) == .constant(0))
    #expect(Boundary(name: "sideways") == nil)
    for boundary in [Boundary.constant(0), .edge, .reflect, .mirror, .wrap] {
      #expect(Boundary(name: boundary.name) == boundary)
    }
  }

  @Test(arguments: [(512, 9, 504, 512, 520), (1, 1, 1, 1, 1), (5, 4, 2, 5, 8)])
  func extentsOfTheThreeModes(input: Int, kernel: Int, valid: Int, same: Int, full: Int) {
    #expect(OutputMode.valid.outputExtent(input: input, kernel: kernel) == valid)
    #expect(OutputMode.same.outputExtent(input: input, kernel: kernel) == same)
    #expect(OutputMode.full.outputExtent(input: input, kernel: kernel) == full)
  }

  @Test func whatDoesNotFitIsNilOrAnError() {
    #expect(OutputMode.valid.outputExtent(input: 3, kernel: 4) == nil)
    #expect(OutputMode.full.outputExtent(input: 0, kernel: 4) == nil)
    let x = Tensor(repeating: 1, shape: [3, 8])
    #expect(
      throws: ConvolutionError.kernelLargerThanPicture(
        kernel: Extent(4), picture: Extent(height: 3, width: 8))
    ) {
      try correlate(checking: x, .box(height: 4, width: 4), output: .valid)
    }
    #expect(throws: ConvolutionError.notAPicture(shape: [0, 4])) {
      try convolve(checking: Tensor([], shape: [0, 4]), .laplacian)
    }
    #expect(throws: ConvolutionError.notAPicture(shape: [4])) {
      try convolve(checking: Tensor(repeating: 0, shape: [4]), .laplacian)
    }
  }
}
