package import SystemPackage

extension InputList {
  /// Tells on standard output, a JSON object an input, that one problem keeps all of them from being worked on.
  package func tellAllFail(_ problem: Problem) {
    var walk = walk()
    while let found = walk.next() {
      switch found {
      case .leftAlone: continue
      case .failure(let path, let error): StandardOutput.write(failure(path, Problem(error)))
      case .input(let input): StandardOutput.write(failure(input.path, problem))
      }
    }
  }

  /// Hands over the path of every input that is a file, those in folders too.
  package func forEachPath(_ body: (FilePath) -> Void) {
    var walk = walk()
    while let found = walk.next() { if case .input(let input) = found { body(input.path) } }
  }

  private func failure(_ path: FilePath, _ problem: Problem) -> [UInt8] {
    jsonLine(
      Outcome(input: path, outputs: [], status: .failed, problem: problem, seconds: 0, details: nil))
  }
}
