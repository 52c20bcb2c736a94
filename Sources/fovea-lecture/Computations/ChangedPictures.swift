import Datasets
import Fovea

/// One picture and changes of it, each kind by itself and then all together, as training draws them.
struct ChangedPictures {
  static let kinds: [(name: String, augmentation: Augmentation)] = [
    ("flipped", Augmentation(flips: true)),
    ("shifted", Augmentation(flips: false, shift: 0.2)),
    ("turned", Augmentation(flips: false, rotation: 25)),
    ("scaled", Augmentation(flips: false, zoom: 0.3)),
    ("cropped", Augmentation(flips: false, crop: 24)),
    ("all", Augmentation(flips: true, rotation: 15, shift: 0.1, zoom: 0.2, crop: 8)),
  ]

  /// The picture `[H, W, 3]`, 0...255.
  let original: Tensor

  /// The square of `side` pixels whose upper left one is at `row` and `column`.
  init(square side: Int, row: Int, column: Int, of path: String) throws {
    original = try Image(contentsOf: path).tensor().square(side, row: row, column: column)
  }

  /// `count` changes of one kind, one above the other: `[count * H, W, 3]`.
  func changed(by augmentation: Augmentation, count: Int, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let bytes = original.scalars.map { UInt8($0.rounded()) }
    let (height, width) = (original.shape[0], original.shape[1])
    return Tensor(shape: [count * height, width, 3]) { buffer in
      guard let target = buffer.baseAddress else { return }
      bytes.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for place in 0..<count {
          augmentation.apply(
            height: height, width: width, channels: 3, from: source, to: target + place * bytes.count,
            using: &generator)
        }
      }
    }
  }
}
