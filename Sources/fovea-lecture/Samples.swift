import Foundation
import Fovea

/// What the project's samples hold of trained networks and of the histories of their training.
enum Samples {
  /// The network with large first kernels, trained on CIFAR-10; `nil` until it is among the samples.
  static var trained: String? { present("Samples/networks/cifar10-filters.h5") }

  /// The autoencoder trained on noisy pictures of CIFAR-10; `nil` until it is among the samples.
  static var denoiser: String? { present("Samples/networks/denoiser.h5") }

  /// The history of one training, a row an epoch.
  static func history(_ name: String) throws -> [EpochRecord]? {
    guard let path = present("Samples/histories/\(name).csv") else { return nil }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let records = TrainingHistory.records(csv: text) else {
      throw LectureError.unexpected(what: path, found: "no history of a training")
    }
    return records
  }

  private static func present(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
