import ArgumentParser
import Batch
import Fovea
import SystemPackage

/// What kind of file a picture becomes.
struct PictureOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case keep, png, jpg, webp, tiff, npy }

  @Option(
    help: ArgumentHelp(
      "keep, png, jpg, webp, tiff or npy (float results as they are). keep writes the input's type, or PNG where that cannot be written (default: keep, or what -o's suffix says).",
      valueName: "format"))
  var format: Format?

  @Option(help: ArgumentHelp("Quality of JPEG and WebP, 1 to 100.", valueName: "q"))
  var quality: Int?

  @Flag(help: "Leave metadata out: EXIF, ICC profile, comments.")
  var strip = false

  func validate() throws {
    if let quality, !(1...100).contains(quality) {
      throw ValidationError("--quality is between 1 and 100, not \(quality)")
    }
  }

  /// How pictures are written.
  var saveOptions: WriteOptions {
    var options = WriteOptions(stripsMetadata: strip)
    if let quality { options.quality = quality }
    return options
  }

  /// The suffixes of files that can be written.
  static let writableSuffixes = Set(PictureFormat.allCases.flatMap(\.suffixes))

  /// The suffix of the output of an input: where its name has none that can be written, the content tells the type.
  func suffix(for target: OutputTarget) -> String {
    switch format ?? .keep {
    case .keep:
      PictureOptions.writableSuffixes.contains(target.suffix)
        ? target.suffix : PictureFormat(contentOf: target.input)?.suffixes.first ?? "png"
    case let format: format.rawValue
    }
  }

  /// What is to be said of an output whose type is not the input's; `nil` when it is.
  func replacement(of job: Batch.Job) -> String? {
    guard (format ?? .keep) == .keep, !PictureOptions.writableSuffixes.contains(job.target.suffix),
      PictureFormat(contentOf: job.input.path) == nil
    else { return nil }
    return job.target.suffix.isEmpty
      ? "has no known suffix: written as PNG"
      : "written as PNG: its own type (\(job.target.suffix)) cannot be written"
  }

  /// Throws when `-o FILE` and `--format` say different things.
  func check(against map: OutputMap) throws {
    guard case .file(let file) = map.destination, let format, format != .keep else { return }
    guard PictureFormat(suffix: file.suffix) == PictureFormat(suffix: format.rawValue) else {
      throw wrongUsage("-o \(file.displayed) and --format \(format.rawValue) say different things")
    }
  }
}
