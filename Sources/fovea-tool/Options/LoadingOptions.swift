import ArgumentParser
import Fovea

/// What a picture may be to be loaded.
struct LoadingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The most pixels a picture may have, all pages together.", valueName: "n"))
  var maxPixels = LoadOptions().maximumPixels

  @Flag(help: "Also read formats whose decoders are not made for files from strangers (BMP, SVG, PDF, ...).")
  var allowUntrustedFormats = false

  @Flag(
    inversion: .prefixedNo,
    help:
      "Decode pictures in processes of their own: one that makes a decoder crash or hang fails alone (default where pictures become pictures: for folders and several inputs)."
  )
  var isolate: Bool?

  @Option(
    help: ArgumentHelp(
      "How many seconds a decoder in a process of its own may take for the next part of a picture; a large picture gets more.",
      valueName: "seconds"))
  var decoderTimeout = LoadOptions().decoderSeconds

  func validate() throws {
    if maxPixels < 1 { throw ValidationError("--max-pixels is at least 1, not \(maxPixels)") }
    guard (1...1_000_000).contains(decoderTimeout) else {
      throw ValidationError("--decoder-timeout is between 1 and 1000000 seconds, not \(decoderTimeout)")
    }
  }

  var loadOptions: LoadOptions {
    var options = LoadOptions(
      maximumPixels: maxPixels, allowsUntrustedFormats: allowUntrustedFormats,
      isolation: isolate == true ? .standard : .inProcess)
    options.decoderSeconds = decoderTimeout
    return options
  }
}
