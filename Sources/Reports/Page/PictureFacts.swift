/// What a report knows of one picture, for programs: `picture.json` beside its page, and the lines of `--json`.
package struct PictureFacts: Codable, Sendable, Hashable {
  package struct Class: Codable, Sendable, Hashable {
    /// The place of the class in the network's output, from 0.
    package let index: Int
    package let synset: String?
    package let label: String?
    /// The network's output for it: a probability where the network ends in softmax.
    package let probability: Float
  }

  package struct Layer: Codable, Sendable, Hashable {
    package let name: String
    package let shape: [Int]
    package let min: Float
    package let max: Float
    package let mean: Float
    package let std: Float
    /// The share of zeros, 0...1.
    package let zero: Float
    /// The channels that are zero everywhere.
    package let dead: [Int]
  }

  package var predictions: [Class] = []
  package var layers: [Layer] = []
}

/// One picture in the gallery.
package struct PictureCard: Codable, Sendable, Hashable {
  package struct Thumbnail: Codable, Sendable, Hashable {
    package let source: String
    package let width: Int
    package let height: Int
  }

  package var name: String
  /// The page's address from the index.
  package var address: String
  /// The likeliest class in words; `nil` when the network names none.
  package var label: String?
  package var score: Float?
  /// Whether ``score`` is a probability.
  package var isProbability = false
  package var thumbnail: Thumbnail?

  package init(name: String, address: String) {
    self.name = name
    self.address = address
  }
}

/// The names of classes, by index.
package struct ClassName: Sendable, Hashable {
  package let synset: String?
  package let label: String

  package init(synset: String?, label: String) {
    self.synset = synset
    self.label = label
  }
}
