import ArgumentParser

/// `640x480`, width first, sides of 1 to 1,000,000; a single number is a square.
struct PixelSize: ExpressibleByArgument, Equatable, CustomStringConvertible {
  let width: Int
  let height: Int

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let width = parts[0], parts.count <= 2, let height = parts.count == 2 ? parts[1] : width,
      (1...1_000_000).contains(width), (1...1_000_000).contains(height)
    else { return nil }
    self.width = width
    self.height = height
  }

  var description: String { "\(width)x\(height)" }
}
