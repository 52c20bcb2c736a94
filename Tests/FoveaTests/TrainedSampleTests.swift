import Foundation
import Fovea
import TestSupport
import Testing

/// The networks that were trained for `Samples/`: what their README says of them.
@Suite struct TrainedSampleTests {
  private static let model = SampleTests.path("networks/cifar10-filters.h5")

  private static func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: SampleTests.path(path), encoding: .utf8).split(separator: "\n").map(
      String.init)
  }

  @Test("no learned kernel is dead, and more than half have one spectral peak")
  func kernels() throws {
    let network = try Network(contentsOf: Self.model)
    let first = try #require(network.graph.layers.first { network.weights[$0.name]?[.kernel] != nil })
    let kernel = try #require(network.weights[first.name]?[.kernel])
    #expect(kernel.shape[0] >= 7 && kernel.shape[2] == 3 && (48...96).contains(kernel.shape[3]))
    let seen = (0..<kernel.shape[3]).map { Spectrum(of: kernel, filter: $0) }
    let largest = seen.map(\.energy).max() ?? 0
    #expect(seen.allSatisfy { $0.energy > 1e-4 * largest }, "a kernel is flat")
    let peaked = seen.count { $0.peakShare > 0.3 }
    #expect(peaked * 2 >= seen.count, "\(peaked) of \(seen.count) have a peak")
    // Noise spreads its energy over all 24 frequencies of 7x7; a network that was not trained has no peak.
    let untrained = try Network(initialising: network.graph, seed: 1)
    let noise = try #require(untrained.weights[first.name]?[.kernel])
    #expect((0..<noise.shape[3]).count { Spectrum(of: noise, filter: $0).peakShare > 0.3 } == 0)
  }

  @Test("no learned kernel's channel stays silent over the drawn pictures")
  func channels() throws {
    let network = try Network(contentsOf: Self.model)
    let relu = try #require(
      network.graph.layers.first { if case .activation = $0.operation { true } else { false } })
    var largest: [Float] = []
    for path in try Self.pictures() {
      let seen = try network.activations(of: Image(contentsOf: path), at: [relu.name]).layer(relu.name)
      let channels = seen.shape[3]
      if largest.isEmpty { largest = [Float](repeating: 0, count: channels) }
      for (place, value) in seen.scalars.enumerated() {
        largest[place % channels] = max(largest[place % channels], value)
      }
    }
    #expect(largest.count { $0 == 0 } == 0)
  }

  private static func pictures() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: SampleTests.path("classes")).sorted()
      .map { SampleTests.path("classes/\($0)") }
  }

  @Test("the network is right on every drawn picture")
  func predictions() throws {
    let network = try Network(contentsOf: Self.model)
    let labels = try Self.lines("networks/cifar10-filters.labels.txt")
    #expect(labels.count == 10)
    let pictures = try Self.pictures()
    #expect(pictures.count >= 6)
    for path in pictures {
      let best = try #require(try network.predict(Image(contentsOf: path), top: 1).first)
      #expect(labels[best.index] == URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
    }
  }

  @Test("it is small and was right on 65 % of the test pictures at least")
  func sizeAndAccuracy() throws {
    let bytes = try FileManager.default.attributesOfItem(atPath: Self.model)[.size] as? Int
    #expect(try #require(bytes) <= 2_000_000)
    let text = try Self.lines("networks/cifar10-filters.history.csv").joined(separator: "\n")
    let history = try #require(TrainingHistory.records(csv: text))
    #expect(try #require(history.last?.testAccuracy) >= 0.65)
    #expect(history.map(\.epoch) == Array(1...history.count))
  }

  @Test("the histories the lecture shows are histories of whole trainings")
  func histories() throws {
    let folder = SampleTests.path("histories")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv") }
    #expect(names.contains("cifar10-baseline.csv"))
    for name in names {
      let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      let history = try #require(TrainingHistory.records(csv: text), "\(name)")
      #expect(history.map(\.epoch) == Array(1...history.count), "\(name)")
      #expect(history.allSatisfy { (0...1).contains($0.testAccuracy ?? -1) }, "\(name)")
    }
  }

  @Test("the denoiser takes noise out of a picture it has never seen, and its code is 8x8x32")
  func denoiser() throws {
    let network = try Network(contentsOf: SampleTests.path("networks/denoiser.h5"))
    let shapes = try network.graph.shapes(for: [1, 32, 32, 3])
    #expect(network.graph.layers.contains { shapes[$0.name] == [1, 8, 8, 32] })
    let clean = Tensor(
      try Image(contentsOf: SampleTests.path("classes/ship.png")).resized(
        height: 32, width: 32, fit: .stretch
      )
      .tensor().scalars.map { $0 / 255 }, shape: [1, 32, 32, 3])
    let noisy = clean.withNoise(0.1, seed: 5)
    let output = try #require(network.compiled(for: noisy.shape).run(noisy).layers.last?.output)
    #expect(output.peakSignalToNoise(against: clean) > noisy.peakSignalToNoise(against: clean) + 4)
  }
}

/// The energy of a kernel by frequency: each channel without its mean, the channels together.
private struct Spectrum {
  let energy: Double
  /// The share of the largest frequency, which stands in the plane twice (`f` and `-f`).
  let peakShare: Double

  init(of kernel: Tensor, filter: Int) {
    let (side, channels, filters) = (kernel.shape[0], kernel.shape[2], kernel.shape[3])
    let taps = kernel.scalars
    var (sum, peak) = (0.0, 0.0)
    for u in 0..<side {
      for v in 0..<side where u != 0 || v != 0 {
        var energy = 0.0
        for channel in 0..<channels {
          var (real, imaginary) = (0.0, 0.0)
          for row in 0..<side {
            for column in 0..<side {
              let angle = 2 * Double.pi * Double(u * row + v * column) / Double(side)
              let tap = Double(taps[((row * side + column) * channels + channel) * filters + filter])
              real += tap * cos(angle)
              imaginary += tap * sin(angle)
            }
          }
          energy += real * real + imaginary * imaginary
        }
        sum += energy
        peak = max(peak, energy)
      }
    }
    energy = sum
    peakShare = 2 * peak / sum
  }
}
