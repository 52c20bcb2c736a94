import Convolution
import Testing

@Suite struct WindowAxisTests {
  @Test func outputSizesAreThoseTheFrameworksPublish() {
    #expect(WindowAxis(input: 512, kernel: 9, stride: 1, padding: .valid, .rows)?.output == 504)
    #expect(WindowAxis(input: 224, kernel: 7, stride: 2, padding: .same, .rows)?.output == 112)
    let explicit = WindowAxis(input: 224, kernel: 11, stride: 4, padding: .explicit(Margins(2)), .rows)
    #expect(explicit?.output == 55)
  }

  @Test func theOddPixelOfSameGoesToTheEndOrInSameLowerToTheStart() {
    let same = WindowAxis(input: 4, kernel: 3, stride: 2, padding: .same, .rows)
    #expect(same?.before == 0 && same?.after == 1 && same?.output == 2)
    let lower = WindowAxis(input: 4, kernel: 3, stride: 2, padding: .sameLower, .rows)
    #expect(lower?.before == 1 && lower?.after == 0 && lower?.output == 2)
  }

  @Test func roundingUpDropsAWindowThatWouldStartInThePaddingAtTheEnd() {
    // SqueezeNet v1.1: 113 -> 56 -> 28 -> 14 by Caffe's rule.
    for (input, output) in [(113, 56), (56, 28), (28, 14)] {
      #expect(
        WindowAxis(input: input, kernel: 3, stride: 2, padding: .valid, .rows, roundsUp: true)?.output
          == output)
    }
    let dropped = WindowAxis(
      input: 4, kernel: 2, stride: 2, padding: .explicit(Margins(1)), .rows, roundsUp: true)
    #expect(dropped?.output == 3)
    let kept = WindowAxis(
      input: 5, kernel: 2, stride: 2, padding: .explicit(Margins(1)), .rows, roundsUp: true)
    #expect(kept?.output == 3)
  }

  @Test func aWindowLargerThanItsInputHasNoPlace() {
    #expect(WindowAxis(input: 2, kernel: 3, stride: 1, padding: .valid, .rows) == nil)
    #expect(WindowAxis(input: 2, kernel: 2, stride: 1, dilation: 2, padding: .valid, .rows) == nil)
  }

  @Test func tapsAreThoseOnTheInput() throws {
    for dilation in 1...3 {
      for stride in 1...3 {
        let axis = try #require(
          WindowAxis(
            input: 7, kernel: 3, stride: stride, dilation: dilation, padding: .explicit(Margins(4)), .rows))
        for position in 0..<axis.output {
          let inside = (0..<3).filter { (0..<7).contains(axis.start(of: position) + $0 * dilation) }
          #expect(Array(axis.taps(at: position)) == inside)
        }
      }
    }
  }
}
