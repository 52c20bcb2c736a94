package import NeuralNetwork
package import Visualization

/// What shapes a report besides its pictures.
package struct ReportSettings: Sendable {
  /// The network's name in words.
  package var model: String
  /// A line that must stand on every page of this origin.
  package var note: String?
  /// The layers whose outputs are drawn, in the order of execution; the others are told of without a sheet.
  package var drawn: [String]
  package var scale: Scaling
  package var sheet: ActivationSheetOptions
  /// How many of the likeliest classes are named.
  package var classes: Int
  package var labels: [ClassName]
  /// The preprocessing record in words.
  package var preprocessing: String
  package var record: Preprocessing
  /// The version of the program.
  package var version: String

  package init(
    model: String, note: String?, drawn: [String], scale: Scaling, sheet: ActivationSheetOptions,
    classes: Int,
    labels: [ClassName], preprocessing: String, record: Preprocessing, version: String
  ) {
    self.model = model
    self.note = note
    self.drawn = drawn
    self.scale = scale
    self.sheet = sheet
    self.classes = classes
    self.labels = labels
    self.preprocessing = preprocessing
    self.record = record
    self.version = version
  }

  /// How the sheets were drawn, for the foot of a page.
  var how: String {
    var parts = ["Sheets: scale \(scale.rawValue)"]
    if let map = sheet.colorMap { parts.append("colours \(map.name)") }
    if sheet.selection.sort != .index { parts.append("channels sorted by \(sheet.selection.sort.rawValue)") }
    if let top = sheet.selection.top { parts.append("the first \(top) of each layer") }
    return parts.joined(separator: ", ") + "."
  }
}
