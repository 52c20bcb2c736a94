package import Convolution
package import TensorCore

// Steps that move numbers.

/// The axes in another order: axis `i` of the result is axis `order[i]` of the input.
package func transposeAxes(
  _ input: UnsafePointer<Float>, _ from: Shape, _ order: [Int], _ output: UnsafeMutablePointer<Float>,
  _ to: Shape
) {
  let strides = order.map { from.strides[$0] }
  let (inner, step) = (to[-1], strides[strides.count - 1])
  parallelFor(inner == 0 ? 0 : to.count / inner, grain: max(1, 16_384 / max(1, inner))) { rows in
    for row in rows {
      var (rest, source) = (row, 0)
      for axis in stride(from: to.rank - 2, through: 0, by: -1) {
        source += rest % to[axis] * strides[axis]
        rest /= to[axis]
      }
      let target = output + row * inner
      for index in 0..<inner { target[index] = input[source + index * step] }
    }
  }
}

/// The picture with rows and columns of zeros around it, or without those that are cut off.
package func copyWithMargins(
  _ input: UnsafePointer<Float>, _ from: Shape, _ margins: Margins, _ output: UnsafeMutablePointer<Float>,
  _ to: Shape
) {
  let channels = from[3]
  let first = max(0, margins.left)
  let end = min(to[2], from[2] + margins.left)
  parallelFor(to[0] * to[1], grain: 8) { rows in
    for row in rows {
      let target = output + row * to[2] * channels
      let y = row % to[1] - margins.top
      guard y >= 0, y < from[1], first < end else {
        target.update(repeating: 0, count: to[2] * channels)
        continue
      }
      let source = input + (row / to[1] * from[1] + y) * from[2] * channels
      target.update(repeating: 0, count: first * channels)
      (target + first * channels).update(
        from: source + (first - margins.left) * channels, count: (end - first) * channels)
      (target + end * channels).update(repeating: 0, count: (to[2] - end) * channels)
    }
  }
}

/// The picture with rows and columns around it that a boundary supplies, or without those that are cut off.
package func pad(
  _ input: UnsafePointer<Float>, _ from: Shape, _ margins: Margins, _ boundary: Boundary,
  _ output: UnsafeMutablePointer<Float>, _ to: Shape
) {
  let channels = from[3]
  var constant: Float = 0
  if case .constant(let value) = boundary { constant = value }
  let columns = (0..<to[2]).map { boundary.source(of: $0 - margins.left, count: from[2]) }
  parallelFor(to[0] * to[1], grain: 8) { rows in
    for row in rows {
      let target = output + row * to[2] * channels
      guard let y = boundary.source(of: row % to[1] - margins.top, count: from[1]) else {
        target.update(repeating: constant, count: to[2] * channels)
        continue
      }
      let source = input + (row / to[1] * from[1] + y) * from[2] * channels
      for (place, column) in columns.enumerated() {
        let pixel = target + place * channels
        if let column {
          pixel.update(from: source + column * channels, count: channels)
        } else {
          pixel.update(repeating: constant, count: channels)
        }
      }
    }
  }
}

/// The inputs side by side along the channels; those that lie there already stay.
func concatenate(_ sources: [Source], into output: MutablePixels, pixels: Int) {
  var first = 0
  for source in sources {
    let count = source.shape[-1]
    let (from, to) = (source.pixels, MutablePixels(output.start + first, stride: output.stride))
    first += count
    guard !source.isInPlace else { continue }
    parallelFor(pixels, grain: max(1, 16_384 / max(1, count))) { range in
      for pixel in range {
        (to.start + pixel * to.stride).update(from: from.start + pixel * from.stride, count: count)
      }
    }
  }
}

/// The inputs one after another along an axis.
package func joinAlong(
  _ axis: Int, _ sources: [(UnsafePointer<Float>, Shape)], into output: UnsafeMutablePointer<Float>,
  _ to: Shape
) {
  let (outer, whole) = blocks(of: to, from: axis)
  var first = 0
  for (input, shape) in sources {
    let count = blocks(of: shape, from: axis).length
    let start = first
    parallelFor(outer, grain: max(1, 16_384 / max(1, count))) { range in
      for index in range {
        (output + index * whole + start).update(from: input + index * count, count: count)
      }
    }
    first += count
  }
}

/// The part of the input along an axis from `first` on, as long as the output is.
package func sliceAlong(
  _ axis: Int, from first: Int, _ input: UnsafePointer<Float>, _ from: Shape,
  _ output: UnsafeMutablePointer<Float>, _ to: Shape
) {
  let (outer, count) = blocks(of: to, from: axis)
  let whole = blocks(of: from, from: axis).length
  let start = first * from.strides[axis]
  parallelFor(outer, grain: max(1, 16_384 / max(1, count))) { range in
    for index in range {
      (output + index * count).update(from: input + index * whole + start, count: count)
    }
  }
}

/// The gradient of ``sliceAlong(_:from:_:_:_:_:)``: the part where it was cut out, zeros around it.
package func placeAlong(
  _ axis: Int, from first: Int, _ part: UnsafePointer<Float>, _ from: Shape,
  _ output: UnsafeMutablePointer<Float>, _ to: Shape
) {
  let (outer, count) = blocks(of: from, from: axis)
  let whole = blocks(of: to, from: axis).length
  let start = first * to.strides[axis]
  parallelFor(outer, grain: max(1, 16_384 / max(1, whole))) { range in
    for index in range {
      let target = output + index * whole
      target.update(repeating: 0, count: start)
      (target + start).update(from: part + index * count, count: count)
      (target + start + count).update(repeating: 0, count: whole - start - count)
    }
  }
}

/// How many runs of memory the axes from one on take, and how long each is.
private func blocks(of shape: Shape, from axis: Int) -> (count: Int, length: Int) {
  (shape.dimensions[..<axis].reduce(1, *), shape.dimensions[axis...].reduce(1, *))
}
