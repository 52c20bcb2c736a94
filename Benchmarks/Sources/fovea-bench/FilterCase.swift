import Convolution
import TensorCore

/// One filter on one size of float plane, as `Peers/filters.py` asks for it.
struct FilterCase {
  enum Filter: String {
    /// A dense kernel of `parameter` x `parameter` random taps.
    case correlate
    /// A Gaussian of sigma `parameter`.
    case gaussian
    /// A mean over `parameter` x `parameter` pixels.
    case box
    /// The magnitude of the Sobel gradient; `parameter` is ignored.
    case sobel
    /// The median of `parameter` x `parameter` pixels.
    case median
  }

  let filter: Filter
  let height: Int
  let width: Int
  let parameter: Double
  let boundary: Boundary
  /// `nil` for the cheapest.
  let method: CorrelationMethod?
  /// Whether the picture is one of bytes, in and out; else of floats.
  let inBytes: Bool

  /// `correlate 4000 6000 9 edge`, with a method at the end to force it, or `bytes` for a picture of bytes; `nil` when
  /// the line is no case.
  init?(_ line: String) {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    guard (5...6).contains(words.count), let filter = Filter(rawValue: words[0]), let height = Int(words[1]),
      let width = Int(words[2]), let parameter = Double(words[3]), let boundary = Boundary(name: words[4])
    else { return nil }
    self.filter = filter
    self.height = height
    self.width = width
    self.parameter = parameter
    self.boundary = boundary
    inBytes = words.last == "bytes"
    method = words.count == 6 ? CorrelationMethod(rawValue: words[5]) : nil
  }

  /// The taps that are slid.
  var kernel: Kernel {
    var generator = SeededGenerator(seed: 3)
    let size = Int(parameter)
    return switch filter {
    case .correlate:
      Kernel(
        rows: size, columns: size, taps: Tensor(uniform: [size, size], in: -1..<1, using: &generator).scalars)
    case .gaussian: .gaussian(sigma: parameter)
    case .box: .box(height: size, width: size)
    case .sobel, .median: .sobelX
    }
  }

  /// The time of each of `runs` runs in milliseconds, after one that warms up; the result's memory is used again.
  func milliseconds(runs: Int) -> [Double] {
    var generator = SeededGenerator(seed: 1)
    let x = Tensor(uniform: [height, width], in: 0..<255, using: &generator)
    let kernel = kernel
    let size = Int(parameter)
    let clock = ContinuousClock()
    func times(_ run: () -> Void) -> [Double] {
      let times = (0...runs).map { _ in
        let time = clock.measure(run)
        return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
      }
      return Array(times.dropFirst())
    }
    if inBytes {
      let bytes = BytePicture(height: height, width: width, bytes: x.scalars.map { UInt8($0) })
      var result = BytePicture(height: height, width: width)
      return times {
        switch filter {
        case .sobel: gradientMagnitude(bytes, .sobel, boundary: boundary, into: &result)
        case .median: median(bytes, height: size, width: size, boundary: boundary, into: &result)
        default: correlate(bytes, kernel, boundary: boundary, into: &result)
        }
      }
    }
    var result = Tensor(repeating: 0, shape: [height, width])
    return times {
      switch filter {
      case .sobel: gradientMagnitude(x, .sobel, boundary: boundary, into: &result)
      case .median: median(x, height: size, width: size, boundary: boundary, into: &result)
      default: correlate(x, kernel, boundary: boundary, by: method, into: &result)
      }
    }
  }
}
