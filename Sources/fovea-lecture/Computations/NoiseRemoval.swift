import Fovea

/// The lecture's autoencoder, trained on noisy pieces of one part of a picture and tried on another part.
///
/// Values are 0 to 1; noise is normal with a deviation of a tenth of that range and is not clipped.
struct NoiseRemoval {
  static let side = 32
  static let deviation: Float = 0.1

  /// `[N, 32, 32, 3]`: pieces that training has not seen, clean, noisy, blurred by a Gaussian of sigma 0.7, and denoised.
  let clean, noisy, blurred, denoised: Tensor
  /// The mean loss (squared error) of every ten steps.
  let losses: [(x: Double, y: Double)]
  let network: Network

  init(picture path: String, steps: Int, seed: UInt64) throws {
    let picture = try Image(contentsOf: path).tensor()
    let (rows, columns) = (picture.shape[0], picture.shape[1])
    var generator = SeededGenerator(seed: seed)
    // Training sees the left two thirds; the tiles of the right third are kept for the trial.
    let border = columns * 2 / 3 / NoiseRemoval.side * NoiseRemoval.side
    let places = stride(from: 0, through: rows - NoiseRemoval.side, by: NoiseRemoval.side).flatMap { row in
      stride(from: border, through: columns - NoiseRemoval.side, by: NoiseRemoval.side).map { (row, $0) }
    }
    var trainer = try Trainer(
      Network(initialising: Architecture.autoencoder.graph(), seed: seed),
      TrainingSettings(
        loss: .meanSquaredError, optimizer: .adam(), learningRate: 3e-3, schedule: .cosine(steps: steps)))
    var (losses, sum): ([(x: Double, y: Double)], Double) = ([], 0)
    for step in 1...steps {
      let chosen = (0..<16).map { _ in
        (
          Int.random(in: 0...rows - NoiseRemoval.side, using: &generator),
          Int.random(in: 0...border - NoiseRemoval.side, using: &generator)
        )
      }
      let batch = NoiseRemoval.pieces(of: picture, at: chosen)
      sum += try trainer.step(NoiseRemoval.noisy(batch, &generator), .values(batch)).loss
      if step % 10 == 0 {
        losses.append((Double(step), sum / 10))
        sum = 0
      }
    }
    self.losses = losses
    clean = NoiseRemoval.pieces(of: picture, at: places)
    noisy = NoiseRemoval.noisy(clean, &generator)
    blurred = correlate(noisy, .gaussian(sigma: 0.7), boundary: .reflect)
    network = try trainer.network()
    denoised = try network.answer(to: noisy)
  }

  /// The mean over the pieces of `-10 log10(mean squared difference)`, in dB.
  static func meanPSNR(_ pieces: Tensor, of clean: Tensor) -> Double {
    let (a, b, size) = (pieces.scalars, clean.scalars, clean.shape.count / clean.shape[0])
    let each = (0..<clean.shape[0]).map { piece in
      let squares = (piece * size..<(piece + 1) * size).reduce(0.0) { sum, index in
        sum + Double((a[index] - b[index]) * (a[index] - b[index]))
      }
      return -10 * logarithm(squares / Double(size))
    }
    return mean(each)
  }

  private static func noisy(_ pieces: Tensor, _ generator: inout SeededGenerator) -> Tensor {
    let noise = Tensor(normal: pieces.shape, deviation: deviation, using: &generator).scalars
    return Tensor(zip(pieces.scalars, noise).map { $0 + $1 }, shape: pieces.shape)
  }

  private static func pieces(of picture: Tensor, at places: [(row: Int, column: Int)]) -> Tensor {
    let scalars = places.flatMap { place in
      picture.square(side, row: place.row, column: place.column).scalars.map { $0 / 255 }
    }
    return Tensor(scalars, shape: [places.count, side, side, 3])
  }
}

extension Network {
  /// What the last layer says of a batch.
  func answer(to batch: Tensor) throws -> Tensor {
    let output = graph.outputs[0]
    return try compiled(for: batch.shape, recording: [output]).run(batch).layer(output)
  }
}
