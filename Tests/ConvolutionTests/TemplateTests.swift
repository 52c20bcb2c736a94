import Convolution
import TensorCore
import TestSupport
import Testing

/// Templates are found where scikit-image and OpenCV find them, and nowhere else.
@Suite struct TemplateTests {
  private let picture: Tensor

  init() throws { picture = try Tensor(npy: GoldenTests.fixture("match_picture")) }

  private func part(_ rows: Range<Int>, _ columns: Range<Int>, channels: Range<Int> = 0..<3) -> Tensor {
    Tensor(
      rows.flatMap { row in
        columns.flatMap { column in channels.map { picture.scalars[(row * 46 + column) * 3 + $0] } }
      }, shape: [rows.count, columns.count, channels.count])
  }

  @Test func coloursAgreeWithOpenCV() throws {
    let search = try TemplateSearch(for: part(7..<16, 11..<23), in: picture)
    expectAgreement(search.scores, try Tensor(npy: GoldenTests.fixture("match_colour")), to: 1e-5)
  }

  @Test func greyAgreesWithScikitImage() throws {
    let grey = part(0..<40, 0..<46, channels: 0..<1)
    let search = try TemplateSearch(for: part(7..<16, 11..<23, channels: 0..<1), in: grey)
    expectAgreement(search.scores, try Tensor(npy: GoldenTests.fixture("match_grey")), to: 1e-5)
  }

  /// Sizes at which the products are taken directly and by transforms, down to a single row and the whole picture.
  @Test(arguments: [(1, 2), (2, 2), (5, 3), (17, 19), (33, 31), (40, 46)])
  func everyPlaceFollowsTheDefinition(height: Int, width: Int) throws {
    let template = part(2 % (41 - height)..<2 % (41 - height) + height, 0..<width)
    let search = try TemplateSearch(for: template, in: picture)
    expectAgreement(search.scores, try TemplateSearch.referenceScores(of: template, in: picture), to: 1e-4)
  }

  @Test func theTemplateIsFoundWhereItWasCut() throws {
    let found = try TemplateSearch(for: part(7..<16, 11..<23), in: picture).matches(threshold: 0.99)
    #expect(found.map { [$0.row, $0.column, $0.extent.height, $0.extent.width] } == [[7, 11, 9, 12]])
    #expect(found[0].score > 0.99999)
  }

  @Test func brightnessAndContrastDoNotMatterAndANegativeIsMinusOne() throws {
    let template = part(7..<16, 11..<23)
    let other = Tensor(template.scalars.map { 30 + $0 * 0.25 }, shape: template.shape)
    #expect(try TemplateSearch(for: other, in: picture).best.score > 0.9999)
    let negative = Tensor(template.scalars.map { 255 - $0 }, shape: template.shape)
    let search = try TemplateSearch(for: negative, in: picture)
    #expect(abs(search.scores.scalars[7 * 35 + 11] + 1) < 1e-4)
  }

  @Test func copiesThatTouchAreFoundAndShadowsAreNot() throws {
    // Three crosses, two of them side by side, and noise of one level.
    var form = [Float](repeating: 200, count: 20 * 40)
    for (row, column) in [(2, 3), (2, 10), (12, 30)] {
      for step in 0..<7 {
        form[(row + 3) * 40 + column + step] = 20
        form[(row + step) * 40 + column + 3] = 20
      }
    }
    for place in form.indices where place % 3 == 0 { form[place] += 1 }
    let x = Tensor(form, shape: [20, 40])
    let cross = Tensor((0..<49).map { form[(2 + $0 / 7) * 40 + 3 + $0 % 7] }, shape: [7, 7])
    let search = try TemplateSearch(for: cross, in: x)
    let found = search.matches(threshold: 0.9)
    #expect(found.map { [$0.row, $0.column] }.sorted { $0[1] < $1[1] } == [[2, 3], [2, 10], [12, 30]])
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
    #expect(search.matches(threshold: 0.9, limit: 2).count == 2)
    #expect(search.matches(threshold: -1, overlap: 1).count > 3)
  }

  @Test func holesAndFlatPartsScoreNothing() throws {
    var values = [Float](repeating: 7, count: 100)
    values[12] = .nan
    values[77] = 9
    let template = Tensor([0, 0, 0, 1], shape: [2, 2])
    let scores = try TemplateSearch(for: template, in: Tensor(values, shape: [10, 10])).scores
    #expect(scores.scalars.allSatisfy { $0.isFinite })
    #expect(scores.scalars[0 * 9 + 1] == 0 && scores.scalars[0] == 0)
    #expect(scores.scalars[6 * 9 + 6] > 0.99)
    let flat = try TemplateSearch(for: template, in: Tensor(repeating: 3, shape: [4, 4]))
    #expect(flat.best.score == 0 && flat.matches(threshold: 0.1).isEmpty)
  }

  @Test func whatCannotBeLookedForIsSaid() {
    #expect(throws: ConvolutionError.featurelessTemplate) {
      try TemplateSearch(for: Tensor(repeating: 5, shape: [3, 3, 3]), in: picture)
    }
    #expect(throws: ConvolutionError.differentChannels(template: 1, picture: 3)) {
      try TemplateSearch(for: Tensor([1, 2], shape: [1, 2]), in: picture)
    }
    #expect(
      throws: ConvolutionError.kernelLargerThanPicture(
        kernel: Extent(height: 40, width: 46), picture: Extent(height: 40, width: 45))
    ) { try TemplateSearch(for: picture, in: part(0..<40, 0..<45)) }
  }
}
