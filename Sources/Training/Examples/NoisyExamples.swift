public import Datasets
public import NeuralNetwork
public import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Pictures with normal noise on them, from which a denoising autoencoder is to make the clean ones.
///
/// Values are 0...1; the noise is added and not clipped, so that its power is the same everywhere. Every epoch has other noise.
public struct NoisyExamples: TrainingExamples {
  public let training: LabelledPictures
  public let test: LabelledPictures?
  /// The standard deviation of the noise, of a range of 1.
  public let noise: Float
  /// Fixes the noise of the pictures to test on.
  public let seed: UInt64
  private let preparation: PicturePreparation

  /// Throws ``TrainingError`` when the pictures do not fit the network, or the noise is none.
  public init(
    _ training: LabelledPictures, test: LabelledPictures? = nil, noise: Float, seed: UInt64,
    for network: Network
  ) throws(TrainingError) {
    guard noise > 0, noise.isFinite else {
      throw .badSetting(name: "noise", found: "\(noise)", expected: "a number above 0")
    }
    preparation = try PicturePreparation(
      Preprocessing(scale: 1 / 255), of: training, for: network.graph)
    self.training = training
    self.test = test
    self.noise = noise
    self.seed = seed
  }

  public var count: Int { training.count }
  public var answers: Int { 0 }
  public var text: String { "\(count) pictures of \(training.height)x\(training.width), noise \(noise)" }

  public func batch(_ indices: [Int], place: Int, seed: UInt64) -> TrainingBatch {
    let clean = preparation.batch(indices, of: training, seed: seed)
    return TrainingBatch(clean.withNoise(noise, seed: seed &+ UInt64(place)), .values(clean))
  }

  /// A picture to test on, `[1, H, W, C]`, clean and with the noise that is always its own.
  public func testPair(_ index: Int, of test: LabelledPictures) -> (clean: Tensor, noisy: Tensor) {
    let clean = preparation.batch([index], of: test, seed: 0)
    return (clean, clean.withNoise(noise, seed: seed &+ UInt64(index) &* 977))
  }

  public func tested(_ network: Network) throws -> TestScore? {
    guard let test, test.count > 0 else { return nil }
    let compiled = try network.compiled(for: [1, test.height, test.width, preparation.channels])
    var sum = 0.0
    for index in 0..<test.count {
      let pair = testPair(index, of: test)
      guard let output = compiled.run(pair.noisy).layers.last?.output else { return nil }
      sum += output.meanSquaredError(against: pair.clean)
    }
    return TestScore(loss: sum / Double(test.count), accuracy: nil)
  }
}

extension Tensor {
  /// With independent normal noise added, which `seed` fixes.
  public func withNoise(_ deviation: Float, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let noise = Tensor(normal: shape, deviation: deviation, using: &generator)
    return Tensor(shape: shape) { sum in
      withUnsafeScalars { own in
        noise.withUnsafeScalars { noise in for index in sum.indices { sum[index] = own[index] + noise[index] }
        }
      }
    }
  }

  /// The mean of the squared differences to `clean`, a tensor of the same shape.
  func meanSquaredError(against clean: Tensor) -> Double {
    precondition(shape == clean.shape, "\(shape) against \(clean.shape)")
    var sum = 0.0
    withUnsafeScalars { own in
      clean.withUnsafeScalars { clean in
        for index in own.indices {
          let difference = Double(own[index]) - Double(clean[index])
          sum += difference * difference
        }
      }
    }
    return sum / Double(max(1, shape.count))
  }

  /// The peak signal-to-noise ratio against `clean` in decibels, for values on a range of 1: `-10 log10(mean squared error)`.
  public func peakSignalToNoise(against clean: Tensor) -> Double {
    -10 * log10(meanSquaredError(against: clean))
  }
}
