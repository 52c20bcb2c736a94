import TensorCore
import Testing

@Suite struct TensorTests {
  @Test func copiesShareUntilOneIsChanged() {
    let original = Tensor([1, 2, 3, 4], shape: [2, 2])
    var copy = original
    copy[1, 0] = 9
    #expect(original.scalars == [1, 2, 3, 4])
    #expect(copy.scalars == [1, 2, 9, 4])
  }

  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func transposedPutsEachAxisWhereTheOrderSays(order: [Int]) {
    let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    let y = x.transposed(order)
    for i in 0..<2 {
      for j in 0..<3 {
        for k in 0..<4 {
          let index = order.map { [i, j, k][$0] }
          #expect(y[index[0], index[1], index[2]] == x[i, j, k])
        }
      }
    }
  }

  @Test func shapesFromOutsideAreRefusedWhenNegativeOrTooLarge() {
    #expect(Shape(checking: [2, -1]) == nil)
    #expect(Shape(checking: [Int.max, 2]) == nil)
    #expect(Shape(checking: [])?.count == 1)
  }

  @Test func agreementIsRelativeToTheReferencesMaximum() {
    let reference = Tensor([0, 100], shape: [2])
    #expect(Tensor([0.0009, 100], shape: [2]).agreement(with: reference)?.holds(to: 1e-5) == true)
    #expect(Tensor([0.002, 100], shape: [2]).agreement(with: reference)?.holds(to: 1e-5) == false)
    #expect(Tensor([.nan, 100], shape: [2]).agreement(with: reference)?.holds(to: 1) == false)
    #expect(Tensor([0], shape: [1]).agreement(with: reference) == nil)
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 7), (64, 33, 17), (1, 300, 10)])
  func matrixProductIsTheSumOfProducts(rows: Int, inner: Int, columns: Int) {
    var generator = SeededGenerator(seed: 1)
    let a = Tensor(normal: [rows, inner], using: &generator)
    let b = Tensor(normal: [inner, columns], using: &generator)
    let product = matrixProduct(a, b)
    for row in 0..<rows {
      for column in 0..<columns {
        let expected = (0..<inner).reduce(0.0) { $0 + Double(a[row, $1]) * Double(b[$1, column]) }
        #expect(abs(Double(product[row, column]) - expected) < 1e-4)
      }
    }
  }

  @Test func parallelLoopsVisitEveryIndexOnce() {
    for count in [0, 1, 7, 1000] {
      var visits = [Int32](repeating: 0, count: count)
      visits.withUnsafeMutableBufferPointer { visits in
        parallelFor(count) { range in for index in range { visits[index] += 1 } }
      }
      #expect(visits.allSatisfy { $0 == 1 })
    }
  }

  @Test func aSeedFixesTheNumbers() {
    var generator = SeededGenerator(seed: 0)
    // xoshiro256** from splitmix64(0), as the authors' reference C code prints it.
    #expect(generator.next() == 0x99EC_5F36_CB75_F2B4)
    #expect(generator.next() == 0xBF6E_1F78_4956_452A)
  }
}
