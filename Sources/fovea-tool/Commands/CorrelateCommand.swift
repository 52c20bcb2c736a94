import ArgumentParser
import Fovea

struct CorrelateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "correlate",
    abstract: "Slide a kernel of your own over pictures as it is, which networks call convolution.",
    discussion: """
      As scipy.signal.correlate2d: same size and zeros beyond the edge unless --mode and --boundary say otherwise.

      EXAMPLES
        fovea correlate --kernel "0 1 2; 2 2 0; 0 1 2" photo.png
        fovea correlate --kernel "1 0 -1; 2 0 -2; 1 0 -1" --mode valid --format npy photos -o gradients
        fovea correlate --kernel taps.csv --normalise photo.png -o soft.png
      """)

  @OptionGroup var options: KernelOptions

  func run() throws { try options.run { .correlate($0) } }
}
