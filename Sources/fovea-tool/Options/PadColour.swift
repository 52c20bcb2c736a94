public import ArgumentParser
public import Fovea

/// A colour as people write it: `#rrggbb`, `255,128,0`, `128`, or a name.
struct PadColour: ExpressibleByArgument, CustomStringConvertible {
  /// Red, green and blue, 0...255.
  let levels: [Double]

  static let black = PadColour(levels: [0, 0, 0])

  private init(levels: [Double]) { self.levels = levels }

  init?(argument: String) {
    switch argument.lowercased() {
    case "black": levels = [0, 0, 0]
    case "white": levels = [255, 255, 255]
    case "grey", "gray": levels = [128, 128, 128]
    case let text where text.hasPrefix("#"):
      guard text.count == 7, let value = UInt32(text.dropFirst(), radix: 16) else { return nil }
      levels = [16, 8, 0].map { Double(value >> $0 & 0xFF) }
    case let text:
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? -1 }
      guard numbers.count == 1 || numbers.count == 3, numbers.allSatisfy({ (0...255).contains($0) }) else {
        return nil
      }
      levels = numbers.count == 1 ? Array(repeating: numbers[0], count: 3) : numbers
    }
  }

  var description: String {
    "#"
      + levels.map { level in
        let text = String(Int(level.rounded()), radix: 16)
        return text.count < 2 ? "0" + text : text
      }.joined()
  }
}

extension Fit: ExpressibleByArgument {}
extension Resampling: ExpressibleByArgument {}
