import Foundation
import Fovea

func logarithm(_ value: Double) -> Double { log10(value) }

/// An autoencoder that takes noise away, trained for so many steps.
func denoising(in workplace: Workplace, steps: Int) throws -> Exhibit {
  var exhibit = Exhibit("autoencoder", "An autoencoder takes noise away")
  let sample = "Samples/still-life.png"
  let summary = try workplace.fovea("summary", "autoencoder")
  let trial = try NoiseRemoval(picture: sample, steps: steps, seed: 1)
  exhibit.say(
    """
    A network of convolutions alone can answer with a picture. Its encoder squeezes the input into a code of fewer numbers; its
    decoder draws the picture from the code. Trained on noisy pictures and their clean originals it learns to leave the noise out.
    Two encoding layers of 32 channels and three decoding layers are trained here for \(steps) steps on pieces of the left of
    the still life, with noise of a deviation of \(numberText(Double(NoiseRemoval.deviation))) of the range, and tried on
    \(trial.clean.shape[0]) pieces of its right. One picture teaches little about others, so this shows how it is done and not
    how good it gets.
    """)
  exhibit.show(summary)
  try exhibit.show(program: "Computations/NoiseRemoval.swift", in: workplace)
  exhibit.show(
    Curves(
      title: "Mean squared difference from the clean pieces while it is trained", across: "step", up: "loss",
      lines: [.init("loss", trial.losses)]
    ).html)
  // From a fifth of the way down on: the first rows of the picture are a plain wall.
  let chosen = (2..<10).map { trial.clean.shape[0] * $0 / 10 }
  var strips: [Picture] = []
  var rows = [
    ("clean", "Clean", trial.clean), ("noisy", "With noise", trial.noisy),
    ("gaussian", "Blurred by a Gaussian, σ = 0.7", trial.blurred),
    ("denoised", "Denoised by the network trained here", trial.denoised),
  ]
  if let path = Samples.denoiser {
    rows.append(
      (
        "cifar10", "Denoised by the network of the samples, trained on CIFAR-10",
        try Network(contentsOf: path).answer(to: trial.noisy)
      ))
  }
  for (name, words, pieces) in rows {
    try Raster(strip(of: pieces, chosen)).image().write(to: workplace.path("pieces-\(name).png"))
    let isClean = name == "clean"
    let quality = isClean ? 0 : NoiseRemoval.meanPSNR(pieces, of: trial.clean)
    let told = isClean ? "" : ": \(numberText((quality * 10).rounded() / 10)) dB on average"
    strips.append(
      try workplace.picture(
        "pieces-\(name).png", "\(chosen.count) pieces of the still life: \(words.lowercased())", words + told,
        shown: 768, magnified: true))
    if !isClean { exhibit.number(name, "Mean PSNR of all pieces, dB: \(words.lowercased())", [quality]) }
  }
  exhibit.show(strips)
  exhibit.showNumbers()
  exhibit.show(
    command: "fovea denoise --data cifar10 --epochs 4 -o denoiser",
    because: Samples.denoiser == nil
      ? "On the 50,000 pictures of CIFAR-10, which are not part of this project:"
      : "The network of the samples was trained on the 50,000 pictures of CIFAR-10, which are not part of this project:"
  )
  return exhibit
}

/// Some of the pieces in a row, 0...255.
private func strip(of pieces: Tensor, _ chosen: [Int]) -> Tensor {
  let (side, all) = (pieces.shape[1], pieces.scalars)
  var scalars: [Float] = []
  for row in 0..<side {
    for piece in chosen {
      let start = (piece * side + row) * side * 3
      scalars += all[start..<start + side * 3].map { $0 * 255 }
    }
  }
  return Tensor(scalars, shape: [side, chosen.count * side, 3])
}
