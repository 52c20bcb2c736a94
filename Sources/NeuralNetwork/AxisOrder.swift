import TensorCore

/// Rows of steps that only change the order or the shape of numbers, each as one step from the value where the row began.
///
/// What was channel-first in its framework is seen so again for a reshape or a transpose, and turned back: a shuffle of
/// channels is five steps, which end as one that copies; a flatten of one pixel moves nothing at all.
func joiningRearrangements(_ steps: [Step]) -> [Step] {
  var steps = steps
  var orders: [(source: Int, axes: AxisOrder)] = []
  for index in steps.indices {
    let step = steps[index]
    var order = (source: index, axes: AxisOrder(step.shape))
    if step.activation == .linear, let input = step.inputs.first {
      let before = orders[input]
      switch step.computation {
      case .view:
        if let axes = before.axes.seen(as: step.shape) { order = (before.source, axes) }
      case .transpose(let axes):
        order = (before.source, before.axes.transposed(axes))
      default: break
      }
    }
    orders.append(order)
    guard order.source != index, let source = steps[index].inputs.first else { continue }
    let computation = order.axes.computation(of: steps[order.source].shape, to: step.shape)
    // A step that is as short already stays.
    if source == order.source, !computation.isView { continue }
    steps[index].computation = computation
    steps[index].inputs = [order.source]
  }
  return steps
}

/// The scalars of an array in another order and shape: for each of its axes the runs of the first array that it walks along.
private struct AxisOrder {
  struct Walk: Equatable {
    let count: Int
    let stride: Int
  }

  private var axes: [[Walk]]

  init(_ shape: Shape) {
    axes = zip(shape.dimensions, shape.strides).map { $0 == 1 ? [] : [Walk(count: $0, stride: $1)] }
  }

  func transposed(_ order: [Int]) -> AxisOrder {
    var result = self
    result.axes = order.map { axes[$0] }
    return result
  }

  /// `nil` where an axis of the shape is no whole part of the walks.
  func seen(as shape: Shape) -> AxisOrder? {
    guard !shape.dimensions.contains(0) else { return nil }
    var walks = axes.flatMap { $0 }[...]
    var result = self
    result.axes = []
    for extent in shape.dimensions {
      var (axis, left) = ([Walk](), extent)
      while left > 1 {
        guard let next = walks.popFirst() else { return nil }
        if left % next.count == 0 {
          axis.append(next)
          left /= next.count
        } else if next.count % left == 0 {
          let inner = next.count / left
          axis.append(Walk(count: left, stride: next.stride * inner))
          walks.insert(Walk(count: inner, stride: next.stride), at: walks.startIndex)
          left = 1
        } else {
          return nil
        }
      }
      result.axes.append(axis)
    }
    return walks.isEmpty ? result : nil
  }

  /// Walks that go on where the one inside them ends are one.
  private var joined: [Walk] {
    axes.flatMap { $0 }.reduce(into: []) { walks, next in
      if let last = walks.last, last.stride == next.count * next.stride {
        walks[walks.count - 1] = Walk(count: last.count * next.count, stride: next.stride)
      } else {
        walks.append(next)
      }
    }
  }

  /// The step that makes an array of shape `result` of one of shape `source`.
  func computation(of source: Shape, to result: Shape) -> Step.Computation {
    let walks = joined
    guard walks.count > 1 else { return .view }
    let order = walks.indices.sorted { walks[$0].stride > walks[$1].stride }
    let places = walks.indices.map { walk in order.firstIndex(of: walk) ?? 0 }
    let channels = source[-1]
    if walks.count == 3, places == [0, 2, 1], result[-1] == channels,
      walks[1].count * walks[2].count == channels
    {
      return .interleaving(parts: walks[2].count)
    }
    return .rearrangement(seen: Shape(order.map { walks[$0].count }), order: places)
  }
}

extension Step.Computation {
  fileprivate var isView: Bool { if case .view = self { true } else { false } }
}
