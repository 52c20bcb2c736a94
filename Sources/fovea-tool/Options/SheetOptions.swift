public import ArgumentParser
public import Fovea

/// How a sheet is drawn.
struct SheetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which values share one scale: tile, layer, model (all shown layers) or symmetric (0 in the middle). Default: tile for filters, layer for activations.",
      valueName: "scale"))
  var scale: Scaling?

  @Option(help: ArgumentHelp("Tiles in a row (default: nearly square).", valueName: "n"))
  var columns: Int?

  @Option(help: ArgumentHelp("Show the strongest k only.", valueName: "k"))
  var top: Int?

  @OptionGroup var look: LookOptions

  var colorMap: ColorMapName? { look.colorMap }
  var zoom: Int? { look.zoom }
  var note: String? { look.remark.note }

  func validate() throws {
    for (name, value) in [("columns", columns), ("top", top)] {
      if let value, value < 1 { throw ValidationError("--\(name) is at least 1, not \(value)") }
    }
  }

  /// Everything that changes a sheet.
  var settings: String {
    "\(scale.map { "\($0)" } ?? "") \(colorMap?.map.name ?? "") \(columns ?? 0) \(zoom ?? 0) \(top ?? 0) \(note ?? "")"
  }
}

extension Scaling: ExpressibleByArgument {}
extension ChannelSelection.Order: ExpressibleByArgument {}
