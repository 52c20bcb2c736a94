import NeuralNetwork
import WeightFiles

/// The preprocessing record as JSON, for the metadata of the files that Fovea writes.
enum PreprocessingText {
  static let key = "fovea_preprocessing"

  /// A mean image is written as its mean a channel: files have no room for the whole.
  static func json(_ record: Preprocessing) -> JSONValue {
    func decimal(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
    func whole(_ value: Int?) -> JSONValue { value.map { .number(Double($0)) } ?? .null }
    var members: [String: JSONValue] = [
      "height": whole(record.height), "width": whole(record.width),
      "channel_order": .text(record.channelOrder.rawValue), "resampling": .text(record.resampling.rawValue),
      "scale": decimal(record.scale),
      "mean": .list((record.meanImage?.channelMeans ?? record.mean).map(decimal)),
      "deviation": .list(record.deviation.map(decimal)),
    ]
    switch record.fit {
    case .stretch: members["fit"] = .text("stretch")
    case .contain(let colour):
      members["fit"] = .text("contain")
      members["pad_colour"] = .list(colour.map(decimal))
    case .cover(let side):
      members["fit"] = .text("cover")
      members["short_side"] = whole(side)
    }
    return .object(members)
  }

  /// The record in a file's metadata; `nil` when there is none that makes sense.
  static func record(in metadata: [String: String]) -> Preprocessing? {
    guard let text = metadata[key], let value = try? JSONValue(parsing: text),
      let order = value["channel_order"]?.text.flatMap(Preprocessing.ChannelOrder.init),
      let resampling = value["resampling"]?.text.flatMap(Preprocessing.Resampling.init),
      let scale = value["scale"]?.number, let mean = numbers(value["mean"]),
      let deviation = numbers(value["deviation"]), !deviation.contains(0)
    else { return nil }
    let sides = [value["height"]?.integer, value["width"]?.integer]
    guard sides.allSatisfy({ $0.map { (1...1_000_000).contains($0) } ?? true }) else { return nil }
    let fit: Preprocessing.Fit
    switch value["fit"]?.text {
    case "stretch": fit = .stretch
    case "cover":
      let side = value["short_side"]?.integer
      guard side.map({ (1...1_000_000).contains($0) }) ?? true else { return nil }
      fit = .cover(shortSide: side)
    case "contain":
      guard let colour = numbers(value["pad_colour"]), colour.count == 3 else { return nil }
      fit = .contain(padColour: colour)
    default: return nil
    }
    return Preprocessing(
      height: sides[0], width: sides[1], channelOrder: order, fit: fit, resampling: resampling,
      scale: Float(scale), mean: mean, deviation: deviation)
  }

  private static func numbers(_ value: JSONValue?) -> [Float]? {
    guard let list = value?.list, list.count == 1 || list.count == 3 else { return nil }
    let numbers = list.compactMap(\.number).map { Float($0) }
    return numbers.count == list.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
  }
}
