/// Where each value of a compiled network lies in one block of memory, so that values which never live together share it.
struct ArenaPlan: Sendable {
  /// The first float of each step's value; `nil` for a step that does not run.
  let offsets: [Int?]
  /// The first float of the positions that a pooling keeps.
  let positions: [Int: Int]
  /// The floats needed in all.
  let count: Int

  /// Plans for the steps that `runs`; a value lives from its own step to the last that reads it, `kept` ones at least their own.
  init(_ steps: [Step], runs: [Bool]) {
    // A view lies where the value lies that it views.
    var source = Array(steps.indices)
    var lastRead = Array(steps.indices)
    for (index, step) in steps.enumerated() where runs[index] {
      if case .view = step.computation { source[index] = source[step.inputs[0]] }
      for input in step.inputs { lastRead[source[input]] = index }
      lastRead[source[index]] = max(lastRead[source[index]], index)
    }
    var regions: [Region] = []
    var regionOf = [Int?](repeating: nil, count: steps.count)
    var positionsOf: [Int: Int] = [:]
    for (index, step) in steps.enumerated() where runs[index] {
      if source[index] != index {
        regionOf[index] = regionOf[source[index]]
      } else if let region = step.regionToOverwrite(steps, source, lastRead, index).flatMap({ regionOf[$0] })
      {
        regionOf[index] = region
        regions[region].last = lastRead[index]
      } else {
        regionOf[index] = regions.count
        regions.append(Region(first: index, last: lastRead[index], count: step.shape.count))
      }
      if case .maximumPooling(_, keepsPositions: true) = step.computation {
        positionsOf[index] = regions.count
        let last = steps.lastIndex {
          if case .maximumUnpooling(index) = $0.computation { true } else { false }
        }
        regions.append(Region(first: index, last: last ?? index, count: step.shape.count))
      }
    }
    let places = Self.place(regions)
    offsets = regionOf.map { $0.map { places[$0] } }
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
  fileprivate func regionToOverwrite(_ steps: [Step], _ source: [Int], _ lastRead: [Int], _ index: Int)
    -> Int?
  {
    switch computation {
    case .activation, .affine, .elementwise: break
    case .prepared where inputs.count == 2:
      let residual = source[inputs[1]]
      return lastRead[residual] == index && source[inputs[0]] != residual ? residual : nil
    default: return nil
    }
    let first = source[inputs[0]]
    guard lastRead[first] == index, steps[inputs[0]].shape == shape else { return nil }
    return inputs.dropFirst().allSatisfy { source[$0] != first } ? first : nil
  }
}
