/// Where each value of a compiled network lies in one block of memory, so that values which never live together share it.
struct ArenaPlan: Sendable {
  /// The first float of each step's value; `nil` for a step that does not run.
  let offsets: [Int?]
  /// The first float of the positions that a pooling keeps.
  let positions: [Int: Int]
  /// The floats needed in all.
  let count: Int
  let slices: SlicePlan

  /// Plans for the steps that `runs`; a value lives from its own step to the last that reads it, `kept` ones at least their own.
  init(_ steps: [Step], runs: [Bool]) {
    // A view lies where the value lies that it views.
    var source = Array(steps.indices)
    for (index, step) in steps.enumerated() where runs[index] {
      if case .view = step.computation { source[index] = source[step.inputs[0]] }
    }
    let slices = SlicePlan(steps, runs: runs, source: source)
    self.slices = slices
    // The value whose memory each lies in, and where there.
    var owner = source
    var within = [Int](repeating: 0, count: steps.count)
    func place(_ index: Int, in parent: Int) {
      owner[index] = owner[parent]
      within[index] = within[parent] + slices.channel[index]
    }
    // Joined values come after their slices, what channels are taken of before them.
    for index in steps.indices.reversed() {
      if let parent = slices.parent[index], parent > index { place(index, in: parent) }
    }
    for index in steps.indices {
      if let parent = slices.parent[index], parent < index { place(index, in: parent) }
    }
    var lastRead = Array(steps.indices)
    for (index, step) in steps.enumerated() where runs[index] {
      for input in step.inputs { lastRead[owner[input]] = max(lastRead[owner[input]], index) }
      lastRead[owner[index]] = max(lastRead[owner[index]], index)
    }
    var regions: [Region] = []
    var regionOf = [Int?](repeating: nil, count: steps.count)
    var positionsOf: [Int: Int] = [:]
    for (index, step) in steps.enumerated() where runs[index] {
      let owner = owner[index]
      if regionOf[owner] == nil {
        if owner == index, let taken = step.valueToOverwrite(steps, slices, ownedBy: source, lastRead, index),
          let region = regionOf[taken]
        {
          regionOf[index] = region
          regions[region].last = lastRead[index]
        } else {
          regionOf[owner] = regions.count
          let count = steps[owner].pixels * slices.stride[owner]
          regions.append(Region(first: index, last: lastRead[owner], count: count))
        }
      }
      regionOf[index] = regionOf[owner]
      if case .maximumPooling(_, keepsPositions: true) = step.computation {
        positionsOf[index] = regions.count
        let last = steps.lastIndex {
          if case .maximumUnpooling(index) = $0.computation { true } else { false }
        }
        regions.append(Region(first: index, last: last ?? index, count: step.shape.count))
      }
    }
    let places = Self.place(regions)
    offsets = zip(regionOf, within).map { region, within in region.map { places[$0] + within } }
    positions = positionsOf.mapValues { places[$0] }
    count = zip(places, regions).map { $0 + $1.count }.max() ?? 0
  }

  private struct Region {
    let first: Int
    var last: Int
    let count: Int
  }

  /// Largest first, each at the lowest place where no region of the same time lies; multiples of a cache line.
  private static func place(_ regions: [Region]) -> [Int] {
    var places = [Int](repeating: 0, count: regions.count)
    var placed: [Int] = []
    let bySize = regions.indices.sorted { (regions[$1].count, $0) < (regions[$0].count, $1) }
    for index in bySize {
      let region = regions[index]
      let neighbours = placed.filter { regions[$0].first <= region.last && region.first <= regions[$0].last }
      var place = 0
      for other in neighbours.sorted(by: { places[$0] < places[$1] }) {
        if place + region.count <= places[other] { break }
        place = max(place, (places[other] + regions[other].count + 15) / 16 * 16)
      }
      places[index] = place
      placed.append(index)
    }
    return places
  }
}

extension Step {
  /// The value whose memory this step may write its own into: one it reads element by element and nobody reads later.
  fileprivate func valueToOverwrite(
    _ steps: [Step], _ slices: SlicePlan, ownedBy source: [Int], _ lastRead: [Int], _ index: Int
  ) -> Int? {
    func isFree(_ value: Int) -> Bool {
      lastRead[source[value]] == index && slices.parent[source[value]] == nil
        && slices.stride[source[value]] == steps[source[value]].channels && steps[value].shape == shape
    }
    switch computation {
    case .activation, .affine, .elementwise, .channelGates: break
    case .prepared:
      guard let residual, isFree(residual) else { return nil }
      let place = source[residual]
      // By place, not by value: a convolution may add its own input, which it reads all the while.
      let others = [inputs[0]] + (isGated ? inputs.suffix(1) : [])
      return others.allSatisfy { source[$0] != place && slices.owner(of: source[$0]) != place } ? place : nil
    default: return nil
    }
    let first = source[inputs[0]]
    guard isFree(inputs[0]), slices.stride[index] == channels else { return nil }
    return inputs.dropFirst().allSatisfy { source[$0] != first && slices.owner(of: source[$0]) != first }
      ? first : nil
  }
}
