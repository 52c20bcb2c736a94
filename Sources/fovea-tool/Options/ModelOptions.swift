import ArgumentParser
import Batch
import Fovea
import Reports
import SystemPackage

/// Which network.
struct ModelOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A file that describes itself (a full Keras .h5 or .keras, an .onnx, a .caffemodel, a TensorFlow.js model.json), or with --weights an architecture such as vgg16 (fovea models lists them) or a .prototxt.",
      valueName: "model"),
    completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp(
      "The file with the weights of a named architecture or a .prototxt.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "The description of a .caffemodel's layers, where its own will not do.", valueName: "file"),
    completion: .file())
  var prototxt: String?

  private var path: FilePath { FilePath(argument: model) }

  /// The architecture named; `nil` for a file.
  ///
  /// Names that are neither end the program with status 64.
  private func architecture() throws -> Architecture? {
    if weights == nil, FileFacts.ifPresent(path)?.kind == .file { return nil }
    do throws(NetworkError) {
      return try Architecture.named(model)
    } catch {
      // What has a suffix or a folder is meant as a file.
      guard weights == nil, path.components.count > 1 || !path.suffix.isEmpty && Int(path.suffix) == nil
      else {
        throw wrongUsage("\(error); fovea models lists them all")
      }
      throw NoSuchModel(path: path)
    }
  }

  /// Whether the model goes by PyTorch's conventions, which do not count running statistics among the parameters.
  var countsOnlyTrained: Bool { (try? Architecture.named(model))?.framework == .torch }

  /// The file that describes the layers of a `.caffemodel`: that of --prototxt, or the model where its weights are apart.
  private var description: FilePath? {
    if let prototxt { return FilePath(argument: prototxt) }
    guard weights != nil, (try? Architecture.named(model)) == nil, FileFacts.ifPresent(path)?.kind == .file
    else { return nil }
    return path
  }

  /// The layers alone: no weights needed.
  func graph() throws -> (graph: Graph, preprocessing: Preprocessing?) {
    try saying {
      if weights == nil, prototxt == nil, path.suffix == "prototxt", FileFacts.ifPresent(path) != nil {
        return try Graph.described(by: path)
      }
      if prototxt == nil, let architecture = try architecture(), weights == nil {
        return (try architecture.graph(), architecture.preprocessing)
      }
      let network = try network()
      return (network.graph, network.preprocessing)
    }
  }

  /// The network with its weights; what keeps it from being loaded is thrown and not yet said.
  func network() throws -> Network {
    if let description { return try Network(prototxt: description, weights: weightsPath) }
    guard let architecture = try architecture() else {
      guard let (network, found) = try Network.published(path) else { return try Network(contentsOf: path) }
      StandardError.line(
        "fovea: \(path.displayed): says nothing of its pictures; its weights are those of \(found.name), which is taken"
      )
      return network
    }
    guard let weights else {
      throw wrongUsage("\(model) is an architecture: its weights are needed, --weights FILE")
    }
    return try Network(architecture: architecture, weights: FilePath(argument: weights))
  }

  /// As ``network()``; an architecture without weights gets random ones, for which only time has a meaning.
  func networkOrRandom() throws -> Network {
    guard weights == nil, let architecture = try architecture() else { return try network() }
    return try architecture.graph().randomNetwork(preprocessing: architecture.preprocessing)
  }

  /// The network, changed by `change`.
  ///
  /// When it cannot be had, that is said on one line, with `json` also by an object for every input, and ends the
  /// program with status 1.
  func network(
    for inputs: InputList, json: Bool, _ change: (Network) throws -> Network = { $0 }
  ) throws -> Network {
    do {
      return try change(try network())
    } catch let exit as ExitCode {
      throw exit
    } catch {
      let problem = problem(of: error)
      if json { inputs.tellAllFail(problem) }
      throw failed(problem.message)
    }
  }

  /// The file the weights are in.
  var weightsPath: FilePath { weights.map { FilePath(argument: $0) } ?? path }

  /// The model's name as part of a file name.
  var name: String {
    fileName(weights == nil && FileFacts.ifPresent(path) != nil ? path.stem ?? model : model)
  }

  /// The model's name in words, as it stands on sheets: of a file that is called like many others, its folder's too.
  var title: String {
    let words = name.replacing("_", with: " ").replacing("-", with: " ")
    guard weights == nil, let file = path.lastComponent?.string, file != model || path.stem != model,
      ["model", "network", "weights", "deploy"].contains(words.lowercased())
    else { return words }
    let folder = path.lexicallyNormalized().removingLastComponent().lastComponent?.string
    return folder.map { $0 == ".." ? file : "\($0)/\(file)" } ?? file
  }

  /// What the outputs depend on: the model and the file its weights come from, with its size and time.
  var settings: String {
    let facts = FileFacts.ifPresent(weightsPath)
    return "\(model) \(weightsPath) \(facts?.size ?? 0) \(facts?.modified ?? 0)"
  }
}

/// Runs `body`; what it throws is said on one line and ends the program with status 1.
func saying<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let exit as ExitCode {
    throw exit
  } catch {
    throw failed(problem(of: error).message)
  }
}

/// Says on one line what failed; to be thrown, it ends the program with status 1.
func failed(_ message: String) -> ExitCode {
  StandardError.line("fovea: \(message)")
  return ExitCode(1)
}

/// A model that was meant as a file.
struct NoSuchModel: Error, CustomStringConvertible {
  let path: FilePath

  var description: String { "\(path.displayed): there is no such file" }
}
