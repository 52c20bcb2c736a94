import Foundation

/// A part of the lecture: exhibits under one heading.
struct Chapter {
  let title: String
  let exhibits: [(Workplace) throws -> Exhibit]
}

/// A trained network of the user's, and the pictures it is shown.
struct GuestNetwork {
  let model: String
  let weights: String?
  let labels: String?
  let pictures: String

  /// As commands name the network.
  var arguments: [String] { [model] + (weights.map { ["--weights", $0] } ?? []) }
}

/// Every exhibit, in the lecture's order.
private func chapters(guest: GuestNetwork?, steps: Int) -> [Chapter] {
  [
    Chapter(
      title: "Correlation and convolution",
      exhibits: [
        digitHunt, flippedOrNot, workedExample, stride, threeModes, averaging, sobelEdges, cornerExercise,
      ]),
    Chapter(
      title: "Layers",
      exhibits: [
        layerArithmetic, poolingExample, parameterCounts, gradientLayer, colourLayer, firstLayerFilters,
      ]),
    Chapter(title: "What one, two and three layers can tell apart", exhibits: [decisionRegions]),
    Chapter(
      title: "Training",
      exhibits: [
        gradientAsCorrelation, batchNormalisation, dropout, augmentation, whenAGpuPays, fourClassifiers,
      ]),
    Chapter(
      title: "Trained networks",
      exhibits: [
        vgg16Summary, { try activations(in: $0, guest: guest) }, { try predictions(in: $0, guest: guest) },
        { try denoising(in: $0, steps: steps) }, transferLearning,
      ]),
  ]
}

/// Computes all exhibits and writes `index.html` and `lecture.json` (the numbers: `{"exhibits":[{"id","numbers":{key:[…]}}]}`).
func writeLecture(in workplace: Workplace, guest: GuestNetwork?, steps: Int) throws {
  var page = LecturePage()
  var listing: [Listing.Exhibit] = []
  for chapter in chapters(guest: guest, steps: steps) {
    var exhibits: [Exhibit] = []
    for make in chapter.exhibits {
      let exhibit = try make(workplace)
      exhibits.append(exhibit)
      FileHandle.standardError.write(Data("lecture: \(exhibit.title)\n".utf8))
      listing.append(
        Listing.Exhibit(
          id: exhibit.id,
          numbers: Dictionary(exhibit.numbers.map { ($0.key, $0.values) }, uniquingKeysWith: { $1 })))
    }
    page.add(chapter.title, exhibits)
  }
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
  try encoder.encode(Listing(exhibits: listing)).write(
    to: URL(fileURLWithPath: "\(workplace.folder)/\(Workplace.mark)"), options: .atomic)
  try Data(page.html.utf8).write(
    to: URL(fileURLWithPath: "\(workplace.folder)/index.html"), options: .atomic)
}

private struct Listing: Encodable {
  struct Exhibit: Encodable {
    let id: String
    let numbers: [String: [Double]]
  }

  let exhibits: [Exhibit]
}
