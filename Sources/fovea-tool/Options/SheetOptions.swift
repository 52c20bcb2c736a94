public import ArgumentParser
public import Fovea

/// How a sheet is drawn.
struct SheetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which values share one scale: tile, layer, model (all shown layers) or symmetric (0 in the middle). Default: tile for filters, layer for activations.",
      valueName: "scale"))
  var scale: Scaling?

  @Option(
    name: .customLong("colormap"),
    help: ArgumentHelp("grey, viridis, magma, inferno, cividis or diverging.", valueName: "name"))
  var colorMap: ColorMapName?

  @Option(help: ArgumentHelp("Tiles in a row (default: nearly square).", valueName: "n"))
  var columns: Int?

  @Option(help: ArgumentHelp("How many times pixels are enlarged (default: as fits).", valueName: "z"))
  var zoom: Int?

  @Option(help: ArgumentHelp("Show the strongest k only.", valueName: "k"))
  var top: Int?

  @Option(help: ArgumentHelp("A line to stand on every sheet.", valueName: "text"))
  var note: String?

  func validate() throws {
    for (name, value) in [("columns", columns), ("zoom", zoom), ("top", top)] {
      if let value, value < 1 { throw ValidationError("--\(name) is at least 1, not \(value)") }
    }
  }

  /// Everything that changes a sheet.
  var settings: String {
    "\(scale.map { "\($0)" } ?? "") \(colorMap?.map.name ?? "") \(columns ?? 0) \(zoom ?? 0) \(top ?? 0) \(note ?? "")"
  }
}

/// A colour map by its name.
struct ColorMapName: ExpressibleByArgument {
  let map: ColorMap

  init?(argument: String) {
    guard let map = ColorMap.named(argument) else { return nil }
    self.map = map
  }

  static var allValueStrings: [String] { ColorMap.all.map(\.name) }
}

extension Scaling: ExpressibleByArgument {}
extension ChannelSelection.Order: ExpressibleByArgument {}
