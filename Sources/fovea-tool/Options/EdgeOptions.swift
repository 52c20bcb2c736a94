public import ArgumentParser
public import Fovea

/// How far a filter reaches at the picture's edge, and what it reads beyond.
///
/// Named filters reflect, as scipy.ndimage does; custom kernels read zeros, as scipy.signal does.
struct EdgeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the output ends: same size, valid (smaller) or full (larger).", valueName: "mode"))
  var mode = OutputMode.same

  @Option(
    help: ArgumentHelp(
      "What is read beyond the edge: constant, edge, reflect (b a | a b), mirror (c b | a b) or wrap; also by its name in NumPy, SciPy and OpenCV (default: reflect for named filters, constant for correlate and convolve).",
      valueName: "name"))
  var boundary: BoundaryName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The value of a constant boundary, in code values 0 to 255.", valueName: "v"))
  var boundaryValue: Float?

  func validate() throws {
    guard let boundaryValue else { return }
    guard boundaryValue.isFinite else { throw ValidationError("--boundary-value is a finite number") }
    if let boundary, boundary.boundary(0) != boundary.boundary(1) { return }
    guard boundary == nil else {
      throw ValidationError("--boundary-value goes with --boundary constant, not \(boundary?.name ?? "")")
    }
  }

  /// The boundary asked for, or `standard`; a value alone asks for a constant one.
  func boundary(standard: Boundary) -> Boundary {
    if let boundary { return boundary.boundary(boundaryValue ?? 0) }
    return boundaryValue.map(Boundary.constant) ?? standard
  }
}

/// A boundary by any of its names; the value of a constant one is an option of its own.
struct BoundaryName: ExpressibleByArgument, Equatable {
  let name: String

  init?(argument: String) {
    guard Boundary(name: argument) != nil else { return nil }
    name = argument
  }

  func boundary(_ value: Float) -> Boundary { Boundary(name: name, value: value) ?? .constant(value) }

  static let allValueStrings = ["constant", "edge", "reflect", "mirror", "wrap"]
}

extension OutputMode: ExpressibleByArgument {}
