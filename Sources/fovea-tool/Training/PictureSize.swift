import ArgumentParser
import Fovea

/// The size of the pictures a network is trained on.
struct PictureSizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Width x height the pictures are brought to; the network is made for that size (default: the network's own; CIFAR and MNIST are trained on as they are).",
      valueName: "WxH"))
  var inputSize: PixelSize?
}

extension LabelledSet {
  /// The same pictures at another size.
  func resized(height: Int, width: Int) throws -> LabelledSet {
    LabelledSet(
      training: try training.resized(height: height, width: width),
      test: try test?.resized(height: height, width: width))
  }
}

extension LabelledPictures {
  /// The same pictures at another size, stretched.
  func resized(height: Int, width: Int) throws -> LabelledPictures {
    guard height != self.height || width != self.width else { return self }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * height * width * channels)
    for index in 0..<count {
      let picture = try Image(tensor: picture(index)).resized(
        height: height, width: width, fit: .stretch, resampling: .linear)
      bytes += try picture.tensor().scalars.map { UInt8(min(255, max(0, $0.rounded()))) }
    }
    return LabelledPictures(
      height: height, width: width, channels: channels, pixels: bytes, labels: labels, classNames: classNames)
  }
}
