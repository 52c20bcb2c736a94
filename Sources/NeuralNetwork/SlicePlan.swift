/// Which values are written straight into their place in a joined value, so that joining copies nothing, and which are read
/// where they lie in the value that they are a part of.
///
/// A value that a concatenation reads becomes a slice of its channels, when whoever writes it and all who read it can do
/// so at a distance from pixel to pixel. Joined values may be slices of others in turn, as in DenseNet.
struct SlicePlan {
  /// The value that each is a slice of: a concatenation, or what a step takes channels of.
  private(set) var parent: [Int?]
  /// The first channel of the slice there.
  private(set) var channel: [Int]
  /// Floats from one pixel of the value to the next.
  private(set) var stride: [Int]
  /// Concatenations with slices.
  private(set) var isJoined: [Bool]

  /// `source` is the value that a view views, or the value itself.
  init(_ steps: [Step], runs: [Bool], source: [Int]) {
    parent = [Int?](repeating: nil, count: steps.count)
    channel = [Int](repeating: 0, count: steps.count)
    isJoined = [Bool](repeating: false, count: steps.count)
    stride = steps.map(\.channels)
    var mayLieApart = zip(steps, source.indices).map { $0.writesPixelsApart && source[$1] == $1 }
    var isReadApart = [Bool](repeating: true, count: steps.count)
    for (index, step) in steps.enumerated() where runs[index] {
      for input in step.inputs where !step.readsPixelsApart {
        isReadApart[input] = false
        mayLieApart[input] = false
      }
    }
    for (index, step) in steps.enumerated() where runs[index] {
      guard case .channels(let range) = step.computation, step.activation == .linear, isReadApart[index],
        source[step.inputs[0]] == step.inputs[0]
      else { continue }
      parent[index] = step.inputs[0]
      channel[index] = range.lowerBound
    }
    for (index, step) in steps.enumerated() where runs[index] {
      guard case .concatenation = step.computation else { continue }
      var first = 0
      for input in step.inputs {
        if parent[input] == nil, mayLieApart[input] {
          parent[input] = index
          channel[input] = first
          isJoined[index] = true
        }
        first += steps[input].channels
      }
    }
    for index in steps.indices.reversed() where runs[index] {
      if let parent = parent[index] {
        if parent > index { stride[index] = stride[parent] }
      } else if isJoined[index], isReadApart[index], stride[index] % 512 == 0 {
        // Pixels a power of two apart would all fall on the same few sets of the cache.
        stride[index] += 16
      }
    }
    // What channels are taken of comes before them.
    for index in steps.indices where runs[index] {
      if let parent = parent[index], parent < index { stride[index] = stride[parent] }
    }
  }

  /// The value in whose memory a value lies that is no view.
  func owner(of value: Int) -> Int {
    var value = value
    while let parent = parent[value] { value = parent }
    return value
  }

  /// Whether the input of that number already lies in the concatenation that reads it.
  func isInPlace(_ input: Int, of concatenation: Int, channel first: Int) -> Bool {
    parent[input] == concatenation && channel[input] == first
  }
}

extension Step {
  /// Whether it can write pixels further apart than its channels.
  fileprivate var writesPixelsApart: Bool {
    switch computation {
    case .prepared, .affine, .channelGates: activation.isStored
    case .interleaving: activation == .linear
    case .maximumPooling(_, let keepsPositions): !keepsPositions
    case .averagePooling, .concatenation: true
    default: false
    }
  }

  /// Whether it can read such pixels.
  fileprivate var readsPixelsApart: Bool {
    switch computation {
    case .prepared, .affine, .averagePooling, .adaptiveAverage, .concatenation, .interleaving, .channels: true
    case .maximumPooling(_, let keepsPositions): !keepsPositions
    default: false
    }
  }
}
