public import TensorCore

/// Where in a picture a template is found: zero-mean normalised cross-correlation at every place where the template fits.
///
/// With `T` and `I` the template and the part of the picture under it, both less their own mean of each channel, a score is
/// `sum T I / sqrt(sum T^2 * sum I^2)`, sums over rows, columns and channels (J. P. Lewis, Fast Normalized Cross-Correlation,
/// 1995; `TM_CCOEFF_NORMED` of OpenCV's `matchTemplate`; `match_template` of scikit-image). It is 1 where the part is the
/// template up to brightness and contrast, -1 where it is its negative, 0 where nothing varies and where a value is not finite.
///
/// ```swift
/// let search = try TemplateSearch(for: digit, in: form)
/// for match in search.matches(threshold: 0.8) { print(match.row, match.column, match.score) }
/// ```
public struct TemplateSearch: Sendable {
  /// The scores `[H - h + 1, W - w + 1]`, -1...1; a place is that of the template's upper left pixel.
  public let scores: Tensor

  private let picture: Tensor
  private let template: CentredTemplate

  /// Scores every place.
  ///
  /// - Parameters:
  ///   - template: `[h, w]` or `[h, w, C]`.
  ///   - picture: `[H, W]` or `[H, W, C]` with as many channels, in any range.
  /// - Throws: ``ConvolutionError/notAPicture(shape:)``, ``ConvolutionError/differentChannels(template:picture:)``,
  ///   ``ConvolutionError/kernelLargerThanPicture(kernel:picture:)``, ``ConvolutionError/featurelessTemplate``.
  public init(for template: Tensor, in picture: Tensor) throws(ConvolutionError) {
    self.template = try CentredTemplate(template)
    self.picture = try TemplateSearch.checked(picture, for: self.template)
    scores = TemplateSearch.scores(of: self.template, in: self.picture)
  }

  /// Throws what ``init(for:in:)`` throws for `template` in any picture: a caller with many pictures asks once.
  public static func check(_ template: Tensor) throws(ConvolutionError) { _ = try CentredTemplate(template) }

  /// The places with the highest scores: local maxima, and of those that overlap only the best.
  ///
  /// - Parameters:
  ///   - threshold: the lowest score that counts.
  ///   - limit: how many at the most.
  ///   - overlap: the share of its area that a match may have in common with a better one, 0...1.
  /// - Returns: the matches, the best first; their scores follow the definition in double precision.
  public func matches(threshold: Float, limit: Int = .max, overlap: Float = 0.3) -> [TemplateMatch] {
    var crowd = Crowd(template.extent, overlap: overlap)
    for peak in peaks(from: threshold - TemplateSearch.slack) {
      guard crowd.hasRoom(for: peak) else { continue }
      let score = template.score(in: picture, row: peak.row, column: peak.column)
      guard score >= threshold else { continue }
      crowd.add(TemplateMatch(row: peak.row, column: peak.column, extent: template.extent, score: score))
      if crowd.matches.count >= limit { break }
    }
    return crowd.matches.sorted { ($0.score, $1.row, $1.column) > ($1.score, $0.row, $0.column) }
  }

  /// The single best place, whatever its score.
  public var best: TemplateMatch { matches(threshold: -1, limit: 1).first ?? anywhere }

  /// What is left when nothing varies: the first place.
  private var anywhere: TemplateMatch {
    TemplateMatch(row: 0, column: 0, extent: template.extent, score: scores.scalars[0])
  }

  /// How far a score of single precision may be from the definition before a peak is lost.
  private static let slack: Float = 1e-3

  private struct Peak {
    let row: Int
    let column: Int
    let score: Float
  }

  /// Places no lower than their eight neighbours, of a plateau the first, the highest first.
  private func peaks(from lowest: Float) -> [Peak] {
    let (rows, columns) = (scores.shape[0], scores.shape[1])
    var peaks: [Peak] = []
    scores.withUnsafeScalars { values in
      for row in 0..<rows {
        for column in 0..<columns {
          let score = values[row * columns + column]
          guard score >= lowest else { continue }
          var isPeak = true
          for y in max(0, row - 1)...min(rows - 1, row + 1) {
            for x in max(0, column - 1)...min(columns - 1, column + 1) where y != row || x != column {
              let other = values[y * columns + x]
              let isBefore = y < row || (y == row && x < column)
              if other > score || (isBefore && other == score) { isPeak = false }
            }
          }
          if isPeak { peaks.append(Peak(row: row, column: column, score: score)) }
        }
      }
    }
    return peaks.sorted { ($0.score, $1.row, $1.column) > ($1.score, $0.row, $0.column) }
  }

  /// Matches so far, found again by where they are.
  private struct Crowd {
    private(set) var matches: [TemplateMatch] = []
    private let extent: Extent
    private let allowed: Double
    private var cells: [Cell: [Int]] = [:]

    private struct Cell: Hashable {
      let row: Int
      let column: Int
    }

    init(_ extent: Extent, overlap: Float) {
      self.extent = extent
      allowed = Double(overlap) * Double(extent.height * extent.width)
    }

    func hasRoom(for peak: Peak) -> Bool {
      let home = cell(peak.row, peak.column)
      for row in home.row - 1...home.row + 1 {
        for column in home.column - 1...home.column + 1 {
          for index in cells[Cell(row: row, column: column)] ?? [] {
            let height = extent.height - abs(matches[index].row - peak.row)
            let width = extent.width - abs(matches[index].column - peak.column)
            if height > 0, width > 0, Double(height * width) > allowed { return false }
          }
        }
      }
      return true
    }

    mutating func add(_ match: TemplateMatch) {
      cells[cell(match.row, match.column), default: []].append(matches.count)
      matches.append(match)
    }

    private func cell(_ row: Int, _ column: Int) -> Cell {
      Cell(row: row / extent.height, column: column / extent.width)
    }
  }
}

/// A place where a template was found.
public struct TemplateMatch: Sendable, Hashable {
  /// The upper left pixel of the place.
  public let row: Int
  public let column: Int
  /// The template's size.
  public let extent: Extent
  /// -1...1, see ``TemplateSearch``.
  public let score: Float
}
