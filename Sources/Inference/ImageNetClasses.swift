/// The thousand classes of ImageNet's challenge, in the order in which published networks answer them.
///
/// ```swift
/// ImageNetClasses.all[386].name     // "African_elephant"
/// ```
///
/// Synsets and names are those of Keras's public class index.
public enum ImageNetClasses {
  /// One class.
  public struct Class: Sendable, Hashable {
    /// WordNet's number of the concept: `n02504458`.
    public let synset: String
    /// Its first name, words joined by `_`.
    public let name: String
  }

  public static let all: [Class] = table.split(whereSeparator: \.isWhitespace).compactMap { entry in
    guard let colon = entry.firstIndex(of: ":") else { return nil }
    return Class(synset: "n" + entry[..<colon], name: String(entry[entry.index(after: colon)...]))
  }
}
