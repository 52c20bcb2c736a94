import Fovea

/// The name under which Keras or torchvision knows what is done to the values, else what is done.
func presetText(_ record: Preprocessing) -> String {
  /// What black and white of each channel become, to three digits.
  func ends(_ record: Preprocessing) -> [Float] {
    (0..<3).flatMap { c in
      let mean = record.mean[c % record.mean.count]
      let deviation = record.deviation[c % record.deviation.count]
      return [0, 255].map { (($0 * record.scale - mean) / deviation * 1000).rounded() }
    }
  }
  func same(_ other: Preprocessing) -> Bool {
    other.channelOrder == record.channelOrder && ends(other) == ends(record) && record.meanImage == nil
  }
  let size = record.width.flatMap { width in record.height.map { "\(width)x\($0)" } } ?? "any size"
  let presets: [(String, Preprocessing)] = [("caffe", .caffe()), ("tf", .tf()), ("torch", .torch())]
  if let (name, _) = presets.first(where: { same($0.1) }) { return "\(size), \(name)" }
  return "\(size), \(record.channelOrder == .grey ? "grey" : record.channelOrder.rawValue.uppercased())"
    + valuesText(record).replacing("0...255", with: "")
}

/// Preprocessing as a stranger reads it: `224x224, BGR, 0...255 minus 103.939, 116.779, 123.68`, and how pictures are
/// brought to that size.
func preprocessingText(_ record: Preprocessing, tellsFit: Bool = true) -> String {
  var parts: [String] = []
  switch (record.width, record.height) {
  case (let width?, let height?): parts.append("\(width)x\(height)")
  case (nil, nil): parts.append("any size")
  case (let width, let height):
    parts.append("\(width.map(String.init) ?? "any")x\(height.map(String.init) ?? "any")")
  }
  parts.append(record.channelOrder == .grey ? "grey" : record.channelOrder.rawValue.uppercased())
  parts.append(valuesText(record))
  let text = parts.joined(separator: ", ")
  guard tellsFit, record.width != nil || record.height != nil else { return text }
  let fit =
    if case .stretch = record.fit, let image = record.meanImage,
      image.width != record.width || image.height != record.height
    { "stretched to \(image.width)x\(image.height), the middle cut out" } else { fitText(record.fit) }
  return
    "\(text); \(fit) (\(record.resampling == .linear ? "bilinear" : record.resampling.rawValue))"
}

private func valuesText(_ record: Preprocessing) -> String {
  var steps: [String] = []
  // 1/255 in 32 bits is no exact reciprocal.
  let divisor = (1 / record.scale * 1000).rounded() / 1000
  if record.scale != 1 {
    steps.append(
      divisor == divisor.rounded() ? "divided by \(short([divisor]))" : "times \(short([record.scale]))")
  }
  if let image = record.meanImage {
    steps.append("minus a mean image of \(image.width)x\(image.height)")
  } else if record.mean.contains(where: { $0 != 0 }) {
    steps.append("minus \(short(record.mean))")
  }
  if record.deviation.contains(where: { $0 != 1 }) { steps.append("divided by \(short(record.deviation))") }
  return steps.isEmpty ? "0...255" : "0...255 " + steps.joined(separator: ", then ")
}

private func fitText(_ fit: Preprocessing.Fit) -> String {
  switch fit {
  case .stretch: "resized by stretching"
  case .contain: "resized to fit inside, the rest padded"
  case .cover(nil): "resized to cover it, the middle cut out"
  case .cover(let side?): "resized to a short side of \(side), the middle cut out"
  }
}

/// `103.939, 116.779, 123.68`; whole numbers without a fraction.
private func short(_ numbers: [Float]) -> String {
  numbers.map { "\($0)" }.map { $0.hasSuffix(".0") ? String($0.dropLast(2)) : $0 }.joined(separator: ", ")
}
