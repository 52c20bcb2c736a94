/// One colour of a sheet: red, green, blue, 0...255, sRGB.
public struct Color: Sendable, Hashable {
  public let red: UInt8
  public let green: UInt8
  public let blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  package init(grey level: UInt8) { self.init(red: level, green: level, blue: level) }
}

/// The colours of a sheet that are no data: one calm, light theme.
enum Theme {
  static let ground = Color(grey: 255)
  static let ink = Color(red: 0x24, green: 0x26, blue: 0x2B)
  static let quietInk = Color(red: 0x5A, green: 0x5E, blue: 0x66)
  /// Around a tile, so that a white one does not melt into the ground.
  static let rule = Color(red: 0xB4, green: 0xB8, blue: 0xC0)
  /// The face of a tile that has no scale: constant, dead or not finite.
  static let neutral = Color(red: 0xDD, green: 0xDF, blue: 0xE3)
  static let mark = Color(red: 0x6B, green: 0x70, blue: 0x7A)
  /// Behind every second row of a table.
  static let band = Color(red: 0xF4, green: 0xF5, blue: 0xF7)
  /// Bars of shares and of other measures.
  static let share = Color(red: 0x2F, green: 0x6F, blue: 0xA8)
  static let measure = Color(red: 0x8A, green: 0xA0, blue: 0xB8)
  /// Around what was found in a picture.
  static let found = Color(red: 0xFF, green: 0xD5, blue: 0x2E)
  static let alarm = Color(red: 0xC6, green: 0x28, blue: 0x28)
}
