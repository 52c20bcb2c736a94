import Fovea

/// A picture on the page, whole or a part of it, at its own pixels or magnified.
struct Picture {
  /// The file, as the page refers to it.
  let reference: String
  let width: Int
  let height: Int
  /// What somebody is told who cannot see it.
  let description: String
  /// HTML.
  let caption: String
  /// How wide it stands on the page where there is room, in the page's pixels.
  let shownWidth: Int
  /// Whether its pixels are drawn as sharp squares.
  let isMagnified: Bool
  /// The part shown: column, row, width, height.
  let part: (x: Int, y: Int, width: Int, height: Int)?
  /// Drawn over it: SVG in the picture's pixels.
  let overlay: String

  var html: String {
    let (x, y, w, h) = part ?? (0, 0, width, height)
    let sharp = isMagnified ? " class=\"pixels\"" : ""
    let name = escaped(description)
    let picture =
      part == nil && overlay.isEmpty
      ? """
      <img src="\(reference)" width="\(w)" height="\(h)" alt="\(name)" loading="lazy"\(sharp)>
      """
      : """
      <svg viewBox="\(x) \(y) \(w) \(h)" role="img" aria-label="\(name)"><image href="\(reference)" width="\(width)" \
      height="\(height)"\(sharp)/>\(overlay)</svg>
      """
    return """
      <figure style="width:\(shownWidth)px"><a href="\(reference)">\(picture)</a><figcaption>\(caption)</figcaption></figure>
      """
  }
}

extension Workplace {
  /// A picture among the page's files; `part` is column, row, width and height.
  func picture(
    _ name: String, _ description: String, _ caption: String, shown width: Int? = nil,
    magnified: Bool = false,
    part: (Int, Int, Int, Int)? = nil, overlay: String = ""
  ) throws -> Picture {
    let image = try Image(contentsOf: path(name))
    return Picture(
      reference: reference(name), width: image.width, height: image.height, description: description,
      caption: caption, shownWidth: width ?? image.width, isMagnified: magnified, part: part, overlay: overlay
    )
  }
}
