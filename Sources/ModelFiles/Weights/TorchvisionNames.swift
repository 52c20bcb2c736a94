/// Torchvision's module paths, where an architecture here goes by another framework's names.
enum TorchvisionNames {
  /// The renaming to try for an architecture; `nil` where there is none.
  static func renaming(for architecture: String, _ names: [String]) -> ((String) -> String)? {
    switch architecture {
    case "squeezenet1.0", "squeezenet1.1": squeezeNet(names)
    case "densenet121", "densenet169", "densenet201": denseNet
    default: nil
    }
  }

  /// `features.3.squeeze` is `fire2/squeeze1x1`: fires are counted, since the poolings between them have numbers too.
  private static func squeezeNet(_ names: [String]) -> (String) -> String {
    let fires = Set(
      names.compactMap { name -> Int? in
        let parts = name.split(separator: ".")
        return parts.count == 3 && parts[0] == "features" ? Int(parts[1]) : nil
      }
    ).sorted()
    let parts = ["squeeze": "squeeze1x1", "expand1x1": "expand1x1", "expand3x3": "expand3x3"]
    return { name in
      if name == "features.0" { return "conv1" }
      if name == "classifier.1" { return "conv10" }
      let path = name.split(separator: ".").map(String.init)
      guard path.count == 3, let index = Int(path[1]), let place = fires.firstIndex(of: index),
        let part = parts[path[2]]
      else { return name }
      return "fire\(place + 2)/\(part)"
    }
  }

  /// `features.denseblock1.denselayer2.norm1` is `conv2_block2_0_bn`; the published files write `norm.1`.
  private static func denseNet(_ name: String) -> String {
    let fixed = [
      "features.conv0": "conv1_conv", "features.norm0": "conv1_bn", "features.norm5": "bn",
      "classifier": "predictions",
    ]
    if let name = fixed[name] { return name }
    let path = name.split(separator: ".").map(String.init)
    guard path.count >= 3, path[0] == "features" else { return name }
    if path[1].hasPrefix("transition"), let stage = Int(path[1].dropFirst(10)) {
      return "pool\(stage + 1)_" + (path[2] == "norm" ? "bn" : "conv")
    }
    guard path[1].hasPrefix("denseblock"), let block = Int(path[1].dropFirst(10)), path.count >= 4,
      path[2].hasPrefix("denselayer"), let layer = Int(path[2].dropFirst(10))
    else { return name }
    let parts = ["norm1": "0_bn", "conv1": "1_conv", "norm2": "1_bn", "conv2": "2_conv"]
    guard let part = parts[path[3...].joined()] else { return name }
    return "conv\(block + 1)_block\(layer)_\(part)"
  }
}
