package import SystemPackage

// Command lines are bytes too, but argument parsing works on text. A byte that is part of no UTF-8 character travels
// through it as one of 128 private characters at the very end of Unicode, and comes back as itself.

private let firstEscape: UInt32 = 0x10FF00

/// The arguments of this process as text that ``Swift/FilePath/init(argument:)`` can turn back into their exact bytes.
package func escapedArguments() -> [String] {
  CommandLine.unsafeArgv.withMemoryRebound(
    to: UnsafeMutablePointer<CChar>?.self, capacity: Int(CommandLine.argc)
  ) {
    argv in
    (0..<Int(CommandLine.argc)).map { index in
      guard let text = argv[index] else { return "" }
      var count = 0
      while text[count] != 0 { count += 1 }
      return escaped(UnsafeBufferPointer(start: text, count: count).map { UInt8(bitPattern: $0) })
    }
  }
}

/// Text for any bytes: those that are UTF-8 as they are, every other byte as a private character.
package func escaped(_ bytes: [UInt8]) -> String {
  if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isEscape) {
    return text
  }
  var scalars = String.UnicodeScalarView()
  var rest = bytes[...]
  while let first = rest.first {
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    if let scalar = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars.first,
      !isEscape(scalar)
    {
      scalars.append(scalar)
      rest = rest.dropFirst(length)
    } else if let scalar = Unicode.Scalar(firstEscape + UInt32(first)) {
      scalars.append(scalar)
      rest = rest.dropFirst()
    }
  }
  return String(scalars)
}

private func isEscape(_ scalar: Unicode.Scalar) -> Bool {
  (firstEscape...firstEscape + 0xFF).contains(scalar.value)
}

extension FilePath {
  /// The path whose bytes ``escaped(_:)`` made into `argument`.
  package init(argument: String) {
    self.init(
      bytes: argument.unicodeScalars.flatMap { scalar in
        isEscape(scalar) ? [UInt8(scalar.value - firstEscape)] : Array(String(scalar).utf8)
      })
  }
}
