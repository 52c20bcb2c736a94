import ArgumentParser
import Foundation
import Isolation

/// Writes the lecture's page: every exhibit computed here and now, by `fovea` itself wherever it has a command for it.
@main
struct LectureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fovea-lecture",
    abstract: "Write a page with the exhibits of a lecture on convolutional networks, computed here.",
    discussion: """
      To be run in the project's folder, as make lecture does: commands on the page can then be typed as they stand.

      EXAMPLES
        fovea-lecture .build/release/fovea -o Output/lecture
        fovea-lecture .build/release/fovea --model vgg16 --weights vgg16.h5 --labels classes.json --pictures photos
      """)

  @Argument(help: ArgumentHelp("The program fovea.", valueName: "fovea"), completion: .file())
  var tool: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder to write.", valueName: "folder"),
    completion: .directory)
  var output = "Output/lecture"

  @Option(help: "A trained network to look into: a file, or an architecture's name with --weights.")
  var model: String?

  @Option(
    help: ArgumentHelp("The weights of a named architecture.", valueName: "file"), completion: .file())
  var weights: String?

  @Option(
    help: ArgumentHelp("The names of that network's classes.", valueName: "file"), completion: .file())
  var labels: String?

  @Option(
    help: ArgumentHelp("The pictures that network is shown.", valueName: "folder"), completion: .directory)
  var pictures: String?

  @Option(
    help: ArgumentHelp("How long the autoencoder is trained: more steps, less noise left.", valueName: "n"))
  var steps = 300

  func validate() throws {
    guard steps > 0 else { throw ValidationError("--steps is at least 1, not \(steps)") }
    guard model != nil || (weights == nil && labels == nil && pictures == nil) else {
      throw ValidationError("--weights, --labels and --pictures belong to --model")
    }
    guard (model == nil) == (pictures == nil) else {
      throw ValidationError("--model and --pictures go together")
    }
  }

  static func main() {
    // First: a process that was started to read one damaged file does nothing else.
    WorkerProcess.serveIfAsked(jobs: [.hdf5])
    main(nil)
  }

  func run() throws {
    let guest = model.flatMap { model in
      pictures.map { GuestNetwork(model: model, weights: weights, labels: labels, pictures: $0) }
    }
    let workplace = try Workplace(tool: tool, folder: output)
    try writeLecture(in: workplace, guest: guest, steps: steps)
    print("\(output)/index.html")
  }
}
