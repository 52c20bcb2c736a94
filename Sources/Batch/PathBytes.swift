package import SystemPackage

// A path is bytes. It becomes text only to be shown, and then says so when it cannot.
extension FilePath {
  /// The path made of these bytes, up to a NUL if there is one.
  package init(bytes: some Sequence<UInt8>) {
    self.init(platformString: bytes.map { CInterop.PlatformChar(bitPattern: $0) } + [0])
  }

  package var bytes: [UInt8] {
    withPlatformString { text in (0..<length).map { UInt8(bitPattern: text[$0]) } }
  }

  /// Whether the bytes are the UTF-8 of some text.
  package var isText: Bool { String(validating: self) != nil }

  /// The path as text, with U+FFFD for what is no UTF-8.
  package var text: String { String(decoding: self) }

  /// The path for a terminal: as ``text``, and control characters cannot move the cursor.
  package var displayed: String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }

  /// The path with one more component made of these bytes; the path itself when they make none.
  package func appending(bytes: some Sequence<UInt8>) -> FilePath {
    let more = FilePath(bytes: bytes)
    return more.isAbsolute ? self : isEmpty ? more : pushing(more)
  }

  /// The last component without its suffix, as bytes.
  package var stemBytes: [UInt8] {
    guard let name = lastComponent else { return [] }
    let bytes = name.withPlatformString { text in
      FilePath(platformString: text).bytes
    }
    // A leading dot starts a hidden name, not a suffix.
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return bytes }
    return Array(bytes[..<dot])
  }

  /// The suffix in lower case without its dot; empty without one or when it is no text.
  package var suffix: String { (self.extension ?? "").lowercased() }

  /// The folder the path lies in; `.` for a bare name.
  package var folder: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }
}
