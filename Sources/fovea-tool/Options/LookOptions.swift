import ArgumentParser
import Fovea

/// How a sheet looks, whatever it shows.
struct LookOptions: ParsableArguments {
  @Option(
    name: .customLong("colormap"),
    help: ArgumentHelp(
      "grey, viridis, magma, inferno, cividis or diverging (zero in its middle).", valueName: "name"))
  var colorMap: ColorMapName?

  @Option(help: ArgumentHelp("How many times pixels are enlarged (default: as fits).", valueName: "z"))
  var zoom: Int?

  @OptionGroup var remark: NoteOption

  func validate() throws {
    if let zoom, zoom < 1 { throw ValidationError("--zoom is at least 1, not \(zoom)") }
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
