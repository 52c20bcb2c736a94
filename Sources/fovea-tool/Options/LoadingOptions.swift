import ArgumentParser
import Fovea

/// What a picture may be to be loaded.
struct LoadingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The most pixels a picture may have, all pages together.", valueName: "n"))
  var maxPixels = LoadOptions().maximumPixels

  @Flag(help: "Also read formats whose decoders are not made for files from strangers (BMP, SVG, PDF, ...).")
  var allowUntrustedFormats = false

  func validate() throws {
    if maxPixels < 1 { throw ValidationError("--max-pixels is at least 1, not \(maxPixels)") }
  }

  var loadOptions: LoadOptions {
    LoadOptions(maximumPixels: maxPixels, allowsUntrustedFormats: allowUntrustedFormats)
  }
}
