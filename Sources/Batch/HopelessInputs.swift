import SystemPackage

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

  private func failure(_ path: FilePath, _ problem: Problem) -> [UInt8] {
    jsonLine(
      Outcome(input: path, outputs: [], status: .failed, problem: problem, seconds: 0, details: nil))
  }
}
