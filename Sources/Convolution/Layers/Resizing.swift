package import TensorCore

/// How a picture is brought to another size inside a network (ONNX `Resize`, `Upsample`).
///
/// ```swift
/// Resizing(to: .scale(height: 1.5, width: 2), .linear, .halfPixel)
/// ```
public struct Resizing: Sendable, Hashable {
  public enum Target: Sendable, Hashable {
    /// `floor(extent * factor)` rows and columns; the factors themselves say where pixels lie.
    case scale(height: Float, width: Float)
    case size(Extent)
  }

  public enum Interpolation: Sendable, Hashable {
    case nearest(Rounding)
    /// Between the two nearest pixels each way.
    case linear
    /// Keys's kernel over four pixels each way; `a` is its slope at distance 1: -0.75 (PyTorch, ONNX) or -0.5 (TensorFlow).
    case cubic(a: Float)
  }

  /// Which pixel is the nearest.
  public enum Rounding: Sendable, Hashable { case halfDown, halfUp, down, up }

  /// Where the middle of output pixel `o` falls in the input, `s` being the factor.
  public enum Coordinates: Sendable, Hashable {
    /// `(o + 0.5) / s - 0.5`.
    case halfPixel
    /// The same, and 0 where the output is one pixel.
    case torchHalfPixel
    /// `o / s`.
    case asymmetric
    /// First and last pixels on one another: `o (input - 1) / (output - 1)`.
    case alignedCorners
  }

  public var target: Target
  public var interpolation: Interpolation
  public var coordinates: Coordinates

  public init(to target: Target, _ interpolation: Interpolation, _ coordinates: Coordinates) {
    self.target = target
    self.interpolation = interpolation
    self.coordinates = coordinates
  }
}

/// One axis of a resizing: its extents and where each output pixel falls.
package struct ResizedAxis: Sendable {
  package let input: Int
  package let output: Int
  package let scale: Float
  let coordinates: Resizing.Coordinates

  /// The middle of an output pixel in pixels of the input; in 32 bits, as frameworks do it, because a nearest pixel hangs on it.
  package func position(of place: Int) -> Float {
    switch coordinates {
    case .halfPixel: (Float(place) + 0.5) / scale - 0.5
    case .torchHalfPixel: output > 1 ? (Float(place) + 0.5) / scale - 0.5 : 0
    case .asymmetric: Float(place) / scale
    case .alignedCorners: output > 1 ? Float(place) * Float(input - 1) / Float(output - 1) : 0
    }
  }
}

extension Resizing {
  /// The rows and columns of a resizing of `[N, H, W, C]`; `nil` when nothing is left or the result is not to be counted.
  package func axes(for input: Shape) -> (rows: ResizedAxis, columns: ResizedAxis)? {
    guard input.rank == 4 else { return nil }
    func axis(_ extent: Int, _ factor: Float?, _ size: Int) -> ResizedAxis? {
      var (output, scale) = (size, Float(size) / Float(max(1, extent)))
      if let factor {
        guard factor.isFinite, factor > 0, Float(extent) * factor < Float(1 << 24) else { return nil }
        (output, scale) = (Int((Float(extent) * factor).rounded(.down)), factor)
      }
      guard extent > 0, output > 0, output < 1 << 24 else { return nil }
      return ResizedAxis(input: extent, output: output, scale: scale, coordinates: coordinates)
    }
    let (height, width): (ResizedAxis?, ResizedAxis?) =
      switch target {
      case .scale(let height, let width): (axis(input[1], height, 0), axis(input[2], width, 0))
      case .size(let size): (axis(input[1], nil, size.height), axis(input[2], nil, size.width))
      }
    guard let height, let width else { return nil }
    return (height, width)
  }

  /// The input pixels an output pixel is made of, and their shares.
  func taps(_ axis: ResizedAxis, at place: Int) -> [(index: Int, share: Float)] {
    let x = axis.position(of: place)
    func inside(_ index: Int) -> Int { min(max(index, 0), axis.input - 1) }
    switch interpolation {
    case .nearest(let rounding):
      let nearest: Float =
        switch rounding {
        case .halfDown: (x - 0.5).rounded(.up)
        case .halfUp: (x + 0.5).rounded(.down)
        case .down: x.rounded(.down)
        case .up: x.rounded(.up)
        }
      return [(inside(Int(nearest)), 1)]
    case .linear:
      let x = min(max(x, 0), Float(axis.input - 1))
      let first = Int(x)
      return [(first, 1 - (x - Float(first))), (inside(first + 1), x - Float(first))]
    case .cubic(let a):
      let first = x.rounded(.down)
      let t = x - first
      let (u, i) = (1 - t, Int(first))
      return [
        (inside(i - 1), ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a),
        (inside(i), ((a + 2) * t - (a + 3)) * t * t + 1),
        (inside(i + 1), ((a + 2) * u - (a + 3)) * u * u + 1),
        (inside(i + 2), ((a * (u + 1) - 5 * a) * (u + 1) + 8 * a) * (u + 1) - 4 * a),
      ]
    }
  }
}

/// Resizes `[N, H, W, C]`: the shares of each row and column are worked out once.
package func resize(
  _ resizing: Resizing, input: UnsafePointer<Float>, _ from: Shape, output: UnsafeMutablePointer<Float>
) {
  SeparableTaps(resizing, for: from)?.apply(batch: from[0], channels: from[3], input: input, output: output)
}

/// The same as its definition reads: every pixel of the input weighted by its distance, border pixels repeated outwards.
package func referenceResizing(_ resizing: Resizing, _ x: Tensor) -> Tensor? {
  guard let (rows, columns) = resizing.axes(for: x.shape) else { return nil }
  func share(_ distance: Double) -> Double {
    let d = abs(distance)
    switch resizing.interpolation {
    case .nearest: return d == 0 ? 1 : 0
    case .linear: return max(0, 1 - d)
    case .cubic(let a):
      let a = Double(a)
      if d <= 1 { return (a + 2) * d * d * d - (a + 3) * d * d + 1 }
      return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0
    }
  }
  func centre(_ axis: ResizedAxis, _ place: Int) -> Double {
    let x = axis.position(of: place)
    guard case .nearest(let rounding) = resizing.interpolation else { return Double(x) }
    switch rounding {
    case .down: return Double(x.rounded(.down))
    case .up: return Double(x.rounded(.up))
    case .halfUp: return x - x.rounded(.down) >= 0.5 ? Double(x.rounded(.up)) : Double(x.rounded(.down))
    case .halfDown: return x - x.rounded(.down) > 0.5 ? Double(x.rounded(.up)) : Double(x.rounded(.down))
    }
  }
  let (scalars, shape) = (x.scalars, x.shape)
  var values: [Float] = []
  for n in 0..<shape[0] {
    for oy in 0..<rows.output {
      let y = centre(rows, oy)
      for ox in 0..<columns.output {
        let x = centre(columns, ox)
        for c in 0..<shape[3] {
          var sum = 0.0
          // Pixels outside the picture are those of its border.
          for iy in Int(y) - 3...Int(y) + 3 where share(y - Double(iy)) != 0 {
            for ix in Int(x) - 3...Int(x) + 3 where share(x - Double(ix)) != 0 {
              let row = min(max(iy, 0), shape[1] - 1)
              let column = min(max(ix, 0), shape[2] - 1)
              sum +=
                share(y - Double(iy)) * share(x - Double(ix))
                * Double(scalars[((n * shape[1] + row) * shape[2] + column) * shape[3] + c])
            }
          }
          values.append(Float(sum))
        }
      }
    }
  }
  return Tensor(values, shape: [shape[0], rows.output, columns.output, shape[3]])
}
