/// What keeps the page from being written.
enum LectureError: Error, CustomStringConvertible {
  case noTool(path: String)
  case notOurs(folder: String)
  case noSamples(folder: String)
  case commandFailed(typed: String, status: Int32, message: String)
  case unexpected(what: String, found: String)
  /// A network without the layer that an exhibit is about.
  case noKernel

  var description: String {
    switch self {
    case .noTool(let path): "\(path): there is no such program; make build makes it"
    case .notOurs(let folder):
      "\(folder): holds other files and no page of the lecture; choose another folder"
    case .noSamples(let folder): "\(folder): not the project's folder: it has no Samples"
    case .commandFailed(let typed, let status, let message):
      "status \(status): \(typed): \(message.split(separator: "\n").first ?? "")"
    case .unexpected(let what, let found): "\(what): found \(found)"
    case .noKernel: "the network has no convolution with a kernel"
    }
  }
}
