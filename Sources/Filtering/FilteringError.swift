/// Why a picture could not be filtered.
public enum FilteringError: Error, Sendable, Equatable {
  /// ``OutputMode/valid`` with a kernel that does not fit into the picture.
  case kernelLargerThanPicture(kernelHeight: Int, kernelWidth: Int, height: Int, width: Int)
  /// A kernel whose regions, margins included, are beyond what is held in memory.
  case kernelTooLarge(kernelHeight: Double, kernelWidth: Double)
}

extension FilteringError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .kernelLargerThanPicture(let kernelHeight, let kernelWidth, let height, let width):
      "a \(kernelWidth)x\(kernelHeight) kernel does not fit into a \(width)x\(height) picture, "
        + "so 'valid' has no pixels; 'same' and 'full' do"
    case .kernelTooLarge(let kernelHeight, let kernelWidth):
      "a \(sideText(kernelWidth))x\(sideText(kernelHeight)) kernel is too large to filter with"
    }
  }
}

private func sideText(_ side: Double) -> String { side < 1e15 ? "\(Int(side))" : "\(side)" }
