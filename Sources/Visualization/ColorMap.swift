/// Colours for the numbers from 0 to 1: a row of data, looked up as matplotlib does.
///
/// ```swift
/// ColorMap.viridis[0.5]                  // (32, 144, 140)
/// ColorMap.named("magma")?.colors.count  // 256
/// ```
///
/// viridis, magma, inferno and cividis are perceptually uniform (matplotlib's tables, CC0); `diverging` runs from blue
/// over near-white to red (matplotlib's RdBu_r, after ColorBrewer) and has an odd number of colours: one is the middle.
public struct ColorMap: Sendable, Hashable {
  public let name: String
  /// Whether the middle of the map means zero.
  public let isDiverging: Bool
  /// From the lowest value to the highest.
  public let colors: [Color]

  /// A map from its colours; traps when there are none.
  public init(name: String, isDiverging: Bool = false, colors: [Color]) {
    precondition(!colors.isEmpty, "a colour map needs a colour")
    self.name = name
    self.isDiverging = isDiverging
    self.colors = colors
  }

  public static let grey = ColorMap(name: "grey", colors: (0...255).map { Color(grey: UInt8($0)) })
  public static let viridis = ColorMap(name: "viridis", table: Table.viridis)
  public static let magma = ColorMap(name: "magma", table: Table.magma)
  public static let inferno = ColorMap(name: "inferno", table: Table.inferno)
  public static let cividis = ColorMap(name: "cividis", table: Table.cividis)
  public static let diverging = ColorMap(name: "diverging", isDiverging: true, table: Table.diverging)

  /// Every map, in the order help texts list them.
  public static let all: [ColorMap] = [.grey, .viridis, .magma, .inferno, .cividis, .diverging]

  /// The map users mean by `name`, also by the names other tools give it; `nil` when there is none.
  public static func named(_ name: String) -> ColorMap? {
    let name = name.lowercased()
    let alias = ["gray": "grey", "rdbu_r": "diverging", "rdbu": "diverging", "bwr": "diverging"]
    return all.first { $0.name == alias[name] ?? name }
  }

  /// The colour of `value`: entry `floor(value * count)`; what lies outside 0...1 takes the end's colour, NaN the first.
  public subscript(value: Float) -> Color { colors[index(of: value)] }

  /// Which entry of ``colors`` stands for `value`.
  func index(of value: Float) -> Int {
    let place = value * Float(colors.count)
    guard place > 0 else { return 0 }
    return place < Float(colors.count) ? Int(place) : colors.count - 1
  }

  private init(name: String, isDiverging: Bool = false, table: String) {
    let digits = table.utf8.compactMap { byte in Character(UnicodeScalar(byte)).hexDigitValue }
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    let colors = stride(from: 0, to: bytes.count - 2, by: 3).map {
      Color(red: bytes[$0], green: bytes[$0 + 1], blue: bytes[$0 + 2])
    }
    self.init(name: name, isDiverging: isDiverging, colors: colors)
  }
}
