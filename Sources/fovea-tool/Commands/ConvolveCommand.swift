import ArgumentParser
import Fovea

struct ConvolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolve",
    abstract: "Convolve pictures with a kernel of your own: it is flipped, as signal processing defines it.",
    discussion: """
      As scipy.signal.convolve2d: same size and zeros beyond the edge unless --mode and --boundary say otherwise.

      EXAMPLES
        fovea convolve --kernel "1 2 1; 2 4 2; 1 2 1" --normalise photo.png -o soft.png
        fovea convolve --kernel psf.npy photos -o blurred
      """)

  @OptionGroup var options: KernelOptions

  func run() throws { try options.run { .convolve($0) } }
}
