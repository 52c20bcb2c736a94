public import Datasets
public import NeuralNetwork
public import TensorCore

/// Labelled pictures as a network wants them: its channels, its values, changed at random where that is asked for.
public struct PicturePreparation: Sendable, Hashable {
  public let preprocessing: Preprocessing
  public let augmentation: Augmentation?
  /// Channels of the network's input: grey pictures are repeated for three.
  let channels: Int

  /// Throws ``TrainingError`` when the pictures are not of the network's size or colours.
  public init(
    _ preprocessing: Preprocessing, of pictures: LabelledPictures, for graph: Graph,
    augmentation: Augmentation? = nil
  ) throws(TrainingError) {
    self.preprocessing = preprocessing
    self.augmentation = augmentation
    guard let input = graph.inputShape(), input.rank == 4 else {
      throw .severalEnds(inputs: graph.inputLayers.map(\.name), outputs: graph.outputs)
    }
    channels = input[3]
    let found: Shape = [1, pictures.height, pictures.width, pictures.channels]
    guard input[1] == pictures.height, input[2] == pictures.width,
      channels == pictures.channels || pictures.channels == 1
    else { throw .wrongShape(what: "the pictures", expected: input, found: found) }
  }

  /// The pictures `indices` as a batch `[N, H, W, C]`; `seed` decides how they are changed.
  public func batch(_ indices: [Int], of pictures: LabelledPictures, seed: UInt64) -> Tensor {
    let size = pictures.height * pictures.width * pictures.channels
    let count = pictures.height * pictures.width
    let (mean, deviation) = (preprocessing.mean, preprocessing.deviation)
    let turns = preprocessing.channelOrder == .bgr && channels == 3
    return Tensor(shape: [indices.count, pictures.height, pictures.width, channels]) { target in
      pictures.pixels.withUnsafeBufferPointer { pixels in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { changed in
          guard let target = target.baseAddress, let pixels = pixels.baseAddress,
            let changed = changed.baseAddress
          else { return }
          for (place, index) in indices.enumerated() {
            let source = pixels + index * size
            if let augmentation {
              var generator = SeededGenerator(seed: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
              augmentation.apply(
                height: pictures.height, width: pictures.width, channels: pictures.channels, from: source,
                to: changed, using: &generator)
            } else {
              for value in 0..<size { changed[value] = Float(source[value]) }
            }
            let own = target + place * count * channels
            for c in 0..<channels {
              let from = pictures.channels == 1 ? 0 : (turns ? channels - 1 - c : c)
              let (middle, scale) = (mean[c % mean.count], deviation[c % deviation.count])
              for pixel in 0..<count {
                own[pixel * channels + c] =
                  (changed[pixel * pictures.channels + from] * preprocessing.scale - middle) / scale
              }
            }
          }
        }
      }
    }
  }
}
