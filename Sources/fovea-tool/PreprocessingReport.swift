import Batch
import Fovea
import SystemPackage

extension PreprocessingOptions {
  /// Says on standard error how each input is prepared, where that is asked for; inputs that cannot be read are left to
  /// whoever works on them.
  func explain(_ network: Network, _ inputs: InputList, _ loading: LoadOptions) {
    guard explainPreprocessing else { return }
    inputs.forEachPath { path in
      let isArray = beginsAsArray(path)
      let explanation =
        isArray
        ? (try? network.input(contentsOf: path, options: loading)).map(network.explainPreprocessing(of:))
        : (try? Image(contentsOf: path, options: loading)).flatMap {
          try? network.explainPreprocessing(of: $0)
        }
      guard let explanation else { return }
      for line in lines(explanation, path, isArray: isArray) { StandardError.line(line) }
    }
  }

  private func lines(_ explanation: PreprocessingExplanation, _ path: FilePath, isArray: Bool) -> [String] {
    func ranges(_ ranges: [PreprocessingExplanation.Range]) -> String {
      ranges.map { "\($0.channel) \($0.minimum)...\($0.maximum), mean \($0.mean)" }.joined(separator: "; ")
    }
    let warnings = explanation.warnings.map { "  warning: \($0)" }
    guard !isArray else {
      return [
        "\(path.displayed): an array, which goes in as it is", "  values: \(ranges(explanation.before))",
      ]
        + warnings
    }
    let size = "\(explanation.originalWidth)x\(explanation.originalHeight)"
    return [
      "\(path.displayed): \(size) to \(preprocessingText(explanation.preprocessing))",
      "  before: \(ranges(explanation.before))", "  after: \(ranges(explanation.after))",
    ] + warnings
  }
}
