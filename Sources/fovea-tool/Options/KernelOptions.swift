import ArgumentParser
import Batch
import Fovea

/// What `correlate` and `convolve` share.
struct KernelOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The kernel: text such as \"0 1 2; 2 2 0; 0 1 2\", or a .csv, .npy or picture file.", valueName: "k"),
    completion: .file())
  var kernel: String

  @Flag(help: "Divide the kernel by its sum.")
  var normalise = false

  @Option(
    help: ArgumentHelp("Keep every s-th pixel of every s-th row, the first ones included.", valueName: "s"))
  var stride = 1

  @Flag(help: "Say on standard error how the kernel is computed, and why.")
  var explainMethod = false

  @OptionGroup(title: "Filter") var edges: EdgeOptions
  @OptionGroup(title: "Filter") var range: RangeOptions
  @OptionGroup var work: PictureWork

  func validate() throws {
    guard (1...1_000_000).contains(stride) else {
      throw ValidationError("--stride is between 1 and 1000000, not \(stride)")
    }
  }

  func run(_ filter: (Kernel) -> Filter) throws {
    var kernel = try Kernel(argument: kernel)
    if normalise {
      guard kernel.sum != 0 else {
        throw wrongUsage("--normalise: the kernel's sum is 0, it cannot be divided by it")
      }
      kernel = kernel.normalised()
    }
    let filter = filter(kernel)
    if explainMethod { StandardError.tell(filter) }
    let (mode, boundary, range) = (edges.mode, edges.boundary(standard: .constant(0)), range.range)
    let (light, stride) = (self.range.linearLight, stride)
    let settings = "\(range.map { "\($0)" } ?? "") \(light ? "light" : "") \(stride)"
    try work.run("\(filter) \(mode) \(boundary) \(settings)") { image in
      try image.filtered(
        by: filter, output: mode, boundary: boundary, range: range, inLinearLight: light, stride: stride)
    }
  }
}
