/// A message of Caffe's by the names of its fields, wherever it came from: a `.caffemodel` (by numbers) or a `.prototxt`
/// (by names).
///
/// ```swift
/// layer.text("name")                                     // "conv1"
/// layer.message("convolution_param")?.integers("pad")    // [2]
/// ```
package struct CaffeMessage: Sendable, Hashable {
  package enum Value: Sendable, Hashable {
    case number(Double)
    case text(String)
    /// A bare word of a `.prototxt`, or the name of an enumeration's number: `MAX`, `true`.
    case word(String)
    case message(CaffeMessage)
    case blob(CaffeBlob)
  }

  /// In the order of the file; a repeated field is there several times.
  package var fields: [(name: String, value: Value)] = []

  package init() {}

  package static func == (left: CaffeMessage, right: CaffeMessage) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  package func hash(into hasher: inout Hasher) {
    for field in fields {
      hasher.combine(field.name)
      hasher.combine(field.value)
    }
  }

  package func all(_ name: String) -> [Value] { fields.filter { $0.name == name }.map(\.value) }
  package func has(_ name: String) -> Bool { fields.contains { $0.name == name } }
  /// The last value counts where a field that should be there once is there more often, as in protobuf.
  private func last(_ name: String) -> Value? { fields.last { $0.name == name }?.value }

  package func message(_ name: String) -> CaffeMessage? {
    if case .message(let message)? = last(name) { message } else { nil }
  }

  package func messages(_ name: String) -> [CaffeMessage] {
    all(name).compactMap { if case .message(let message) = $0 { message } else { nil } }
  }

  package var blobs: [CaffeBlob] {
    all("blobs").compactMap { if case .blob(let blob) = $0 { blob } else { nil } }
  }

  package func text(_ name: String) -> String? { last(name)?.text }
  package func texts(_ name: String) -> [String] { all(name).compactMap(\.text) }
  package func number(_ name: String) -> Double? { last(name)?.number }
  package func numbers(_ name: String) -> [Double] { all(name).compactMap(\.number) }
  package func integer(_ name: String) -> Int? { last(name)?.integer }
  package func integers(_ name: String) -> [Int] { all(name).compactMap(\.integer) }
  package func truth(_ name: String) -> Bool? { last(name)?.truth }
}

extension CaffeMessage.Value {
  var text: String? {
    switch self {
    case .text(let text), .word(let text): text
    default: nil
    }
  }

  var number: Double? {
    switch self {
    case .number(let number): number
    case .word("inf"), .word("infinity"): .infinity
    case .word("-inf"), .word("-infinity"): -.infinity
    case .word("nan"): .nan
    default: nil
    }
  }

  var integer: Int? { number.flatMap { Int(exactly: $0) } }

  var truth: Bool? {
    switch self {
    case .number(let number): number != 0
    case .word("true"), .word("True"), .word("t"): true
    case .word("false"), .word("False"), .word("f"): false
    default: nil
    }
  }
}

/// One array of a Caffe file, without its numbers.
package struct CaffeBlob: Sendable, Hashable {
  /// The extents, those of old files `[num, channels, height, width]`.
  package let dimensions: [Int]
  let numbers: ProtobufNumbers
}
