import Convolution
import NeuralNetwork
import WeightFiles

/// The `config` of one layer, read with errors that name the layer; the spellings of Keras 1, 2 and 3 mean the same here.
struct KerasSettings {
  let file: String
  let layer: String
  let kind: String
  let config: JSONValue
  /// What a function of `keras.ops` is called with; `nil` for layers.
  var operands: KerasOperands?

  func refusal(_ setting: String, _ found: JSONValue?, expected: String) -> ModelFileError {
    .unsupportedSetting(
      file: file, layer: layer, kind: kind, setting: setting, found: found.map(Self.shown) ?? "missing",
      expected: expected)
  }

  /// The first of `names` that is there and not null.
  func value(_ names: String...) -> JSONValue? { value(names) }

  private func value(_ names: [String]) -> JSONValue? {
    names.lazy.compactMap { config[$0] }.first { !$0.isNull }
  }

  func integer(_ names: String..., default standard: Int? = nil) throws(ModelFileError) -> Int {
    guard let found = value(names) else {
      if let standard { return standard }
      throw refusal(names[0], nil, expected: "a whole number")
    }
    guard let integer = found.integer else { throw refusal(names[0], found, expected: "a whole number") }
    return integer
  }

  func number(_ names: String..., default standard: Float) throws(ModelFileError) -> Float {
    guard let found = value(names) else { return standard }
    if let number = found.number { return Float(number) }
    // Keras 2 wrote the constants of LeakyReLU and ReLU as arrays.
    if let number = found["value"]?.number { return Float(number) }
    throw refusal(names[0], found, expected: "a number")
  }

  func truth(_ names: String..., default standard: Bool) throws(ModelFileError) -> Bool {
    guard let found = value(names) else { return standard }
    guard let truth = found.truth else { throw refusal(names[0], found, expected: "true or false") }
    return truth
  }

  /// A number for both axes, or one for each.
  func extent(_ names: String..., default standard: Extent? = nil) throws(ModelFileError) -> Extent {
    guard let found = value(names) else {
      if let standard { return standard }
      throw refusal(names[0], nil, expected: "one or two whole numbers")
    }
    if let side = found.integer { return Extent(side) }
    if let sides = found.list?.compactMap(\.integer), sides.count == 2, found.list?.count == 2 {
      return Extent(height: sides[0], width: sides[1])
    }
    if let sides = found.list?.compactMap(\.integer), sides.count == 1 { return Extent(sides[0]) }
    throw refusal(names[0], found, expected: "one or two whole numbers")
  }

  /// Kernel size: one setting, or Keras 1's two.
  func kernelSize() throws(ModelFileError) -> Extent {
    if value("nb_row") != nil { return Extent(height: try integer("nb_row"), width: try integer("nb_col")) }
    return try extent("kernel_size")
  }

  func padding() throws(ModelFileError) -> Padding {
    let found = value("padding", "border_mode")
    switch found?.text ?? "valid" {
    case "valid" where found == nil || found?.text != nil: return .valid
    case "same": return .same
    default: throw refusal("padding", found, expected: "\"valid\" or \"same\"")
    }
  }

  /// What is added or taken away at the borders: `p`, `[rows, columns]` or `[[top, bottom], [left, right]]`.
  func margins(_ name: String) throws(ModelFileError) -> Margins {
    let found = value(name)
    if let side = found?.integer { return Margins(side) }
    if let pair = found?.list, pair.count == 2 {
      if let rows = pair[0].integer, let columns = pair[1].integer {
        return Margins(top: rows, bottom: rows, left: columns, right: columns)
      }
      if let rows = pair[0].list?.compactMap(\.integer), let columns = pair[1].list?.compactMap(\.integer),
        rows.count == 2, columns.count == 2
      {
        return Margins(top: rows[0], bottom: rows[1], left: columns[0], right: columns[1])
      }
    }
    if let all = found?.list?.compactMap(\.integer), all.count == 4 {
      return Margins(top: all[0], bottom: all[1], left: all[2], right: all[3])
    }
    throw refusal(name, found, expected: "a number, two, or two pairs")
  }

  /// Refuses data that does not run row, column, channel.
  func requireChannelsLast() throws(ModelFileError) {
    let found = value("data_format", "dim_ordering")
    guard let text = found?.text else { return }
    guard text == "channels_last" || text == "tf" || text == "default" else {
      throw refusal("data_format", found, expected: "\"channels_last\"")
    }
  }

  /// Refuses an axis that is not the channels of a picture; the last one counts as -1, 3, or 1 for vectors.
  func requireChannelAxis(_ name: String = "axis") throws(ModelFileError) {
    guard let found = value(name) else { return }
    let axis = found.integer ?? (found.list?.count == 1 ? found.list?[0].integer : nil)
    guard let axis, axis == -1 || axis == 3 else {
      throw refusal(name, found, expected: "the channels (-1 or 3)")
    }
  }

  /// A short form of a value for messages.
  static func shown(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .truth(let truth): "\(truth)"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .text(let text): "\"\(text.prefix(60))\""
    case .list(let list):
      "[" + list.prefix(8).map(shown).joined(separator: ", ") + (list.count > 8 ? ", ...]" : "]")
    case .object(let object): object["class_name"]?.text.map { "a \($0)" } ?? "an object"
    }
  }
}
