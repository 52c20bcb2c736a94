package import TensorCore

/// A template less the mean of each channel, and the definition of its score at one place.
struct CentredTemplate: Sendable {
  let extent: Extent
  let channels: Int
  /// `[h, w, C]` values less their channel's mean.
  let values: [Double]
  /// The square root of the sum of their squares.
  let length: Double

  init(_ template: Tensor) throws(ConvolutionError) {
    let shape = template.shape
    guard shape.rank == 2 || shape.rank == 3, shape.count > 0 else { throw .notAPicture(shape: shape) }
    let channels = shape.rank == 3 ? shape[2] : 1
    var values = template.scalars.map(Double.init)
    guard values.allSatisfy(\.isFinite) else { throw .featurelessTemplate }
    let largest = values.reduce(0) { max($0, abs($1)) }
    let pixels = shape[0] * shape[1]
    for channel in 0..<channels {
      let places = stride(from: channel, to: values.count, by: channels)
      let mean = places.reduce(0) { $0 + values[$1] } / Double(pixels)
      for place in places { values[place] -= mean }
    }
    let squares = values.reduce(0) { $0 + $1 * $1 }
    guard squares > Double(pixels) * TemplateFlatness.least(largest) else { throw .featurelessTemplate }
    extent = Extent(height: shape[0], width: shape[1])
    self.channels = channels
    self.values = values
    length = squares.squareRoot()
  }

  /// The score at one place of `[H, W, C]`, by its definition in double precision.
  func score(in picture: Tensor, row: Int, column: Int) -> Float {
    let width = picture.shape[1]
    return picture.withUnsafeScalars { pixels in
      var (product, squares, largest) = (0.0, 0.0, 0.0)
      for channel in 0..<channels {
        func value(_ y: Int, _ x: Int) -> Double {
          Double(pixels[((row + y) * width + column + x) * channels + channel])
        }
        var sum = 0.0
        for y in 0..<extent.height {
          for x in 0..<extent.width {
            let value = value(y, x)
            guard value.isFinite else { return 0 }
            sum += value
            largest = max(largest, abs(value))
          }
        }
        let mean = sum / Double(extent.height * extent.width)
        for y in 0..<extent.height {
          for x in 0..<extent.width {
            let difference = value(y, x) - mean
            product += values[(y * extent.width + x) * channels + channel] * difference
            squares += difference * difference
          }
        }
      }
      let least = TemplateFlatness.least(largest) * Double(extent.height * extent.width)
      guard squares > least else { return 0 }
      return Float(min(1, max(-1, product / (squares.squareRoot() * length))))
    }
  }
}

/// When a part counts as flat: what varies is no more than the rounding of its values.
private enum TemplateFlatness {
  /// The mean of squares up to which values as large as `largest` are one value.
  static func least(_ largest: Double) -> Double { largest * 1e-6 * (largest * 1e-6) }
}

extension TemplateSearch {
  /// `[H, W, C]` that the template fits into.
  static func checked(_ picture: Tensor, for template: CentredTemplate) throws(ConvolutionError) -> Tensor {
    let shape = picture.shape
    guard shape.rank == 2 || shape.rank == 3, shape.count > 0 else { throw .notAPicture(shape: shape) }
    let channels = shape.rank == 3 ? shape[2] : 1
    guard channels == template.channels else {
      throw .differentChannels(template: template.channels, picture: channels)
    }
    let extent = Extent(height: shape[0], width: shape[1])
    guard extent.height >= template.extent.height, extent.width >= template.extent.width else {
      throw .kernelLargerThanPicture(kernel: template.extent, picture: extent)
    }
    return picture.reshaped([shape[0], shape[1], channels])
  }

  /// The scores of all places by the definition; what ``scores(of:in:)`` is held against.
  package static func referenceScores(of template: Tensor, in picture: Tensor) throws(ConvolutionError)
    -> Tensor
  {
    let centred = try CentredTemplate(template)
    let picture = try checked(picture, for: centred)
    let rows = picture.shape[0] - centred.extent.height + 1
    let columns = picture.shape[1] - centred.extent.width + 1
    return Tensor(shape: [rows, columns]) { scores in
      for row in 0..<rows {
        for column in 0..<columns {
          scores[row * columns + column] = centred.score(in: picture, row: row, column: column)
        }
      }
    }
  }

  /// The products of all places at once as correlations, one a channel, and the parts' squares from running sums.
  static func scores(of template: CentredTemplate, in picture: Tensor) -> Tensor {
    let (height, width) = (picture.shape[0], picture.shape[1])
    let (window, channels) = (template.extent, template.channels)
    let (rows, columns) = (height - window.height + 1, width - window.width + 1)
    var products = [Float](repeating: 0, count: rows * columns)
    var squares = [Double](repeating: 0, count: rows * columns)
    var largest = 0.0
    var holes: [Float] = []
    for channel in 0..<channels {
      let taken = ChannelPlane(picture, channel: channel)
      largest = max(largest, taken.largest)
      if let found = taken.holes { holes = holes.isEmpty ? found : zip(holes, found).map { max($0, $1) } }
      WindowSums(height: height, width: width, window: window).each(taken.values) {
        place, sum, sumOfSquares in
        squares[place] += max(0, sumOfSquares - sum * sum / Double(window.height * window.width))
      }
      let kernel = Kernel(
        rows: window.height, columns: window.width,
        taps: stride(from: channel, to: template.values.count, by: channels).map {
          Float(template.values[$0])
        })
      // The template's mean is 0, so the picture's may go: fewer digits are lost.
      let mean = Float(taken.mean)
      let centred = Tensor(taken.values.map { $0 - mean }, shape: [height, width])
      correlate(centred, kernel, output: .valid).withUnsafeScalars { product in
        for place in 0..<products.count { products[place] += product[place] }
      }
    }
    let least = TemplateFlatness.least(largest) * Double(window.height * window.width)
    var scores = [Float](repeating: 0, count: rows * columns)
    for place in 0..<scores.count where squares[place] > least {
      let score = Double(products[place]) / (squares[place].squareRoot() * template.length)
      scores[place] = Float(min(1, max(-1, score)))
    }
    if !holes.isEmpty {
      WindowSums(height: height, width: width, window: window).each(holes) { place, sum, _ in
        if sum > 0 { scores[place] = 0 }
      }
    }
    return Tensor(scores, shape: [rows, columns])
  }
}

/// One channel of a picture; values that are not finite are 0 and marked as holes.
private struct ChannelPlane {
  let values: [Float]
  /// 1 where a value is not finite; `nil` where all are.
  let holes: [Float]?
  let mean: Double
  let largest: Double

  init(_ picture: Tensor, channel: Int) {
    let channels = picture.shape[2]
    var (values, sum, largest, allFinite) = ([Float](), 0.0, Float(0), true)
    values.reserveCapacity(picture.shape.count / channels)
    picture.withUnsafeScalars { pixels in
      for place in stride(from: channel, to: pixels.count, by: channels) {
        let value = pixels[place]
        allFinite = allFinite && value.isFinite
        let kept = value.isFinite ? value : 0
        values.append(kept)
        sum += Double(kept)
        largest = max(largest, abs(kept))
      }
    }
    holes =
      allFinite
      ? nil
      : picture.withUnsafeScalars { pixels in
        stride(from: channel, to: pixels.count, by: channels).map { pixels[$0].isFinite ? 0 : 1 }
      }
    self.values = values
    mean = sum / Double(max(1, values.count))
    self.largest = Double(largest)
  }
}

/// The sums of a plane's values and of their squares under a window at every place where it fits, in double precision.
private struct WindowSums {
  let height: Int
  let width: Int
  let window: Extent

  /// Calls `body` for every place in row-major order.
  func each(_ plane: [Float], _ body: (_ place: Int, _ sum: Double, _ sumOfSquares: Double) -> Void) {
    var sums = [Double](repeating: 0, count: width)
    var squares = sums
    func add(_ row: Int, _ sign: Double) {
      for column in 0..<width {
        let value = Double(plane[row * width + column])
        sums[column] += sign * value
        squares[column] += sign * value * value
      }
    }
    let columns = width - window.width + 1
    for row in 0..<height {
      add(row, 1)
      guard row >= window.height - 1 else { continue }
      var (sum, sumOfSquares) = (0.0, 0.0)
      let first = (row - window.height + 1) * columns
      for column in 0..<width {
        sum += sums[column]
        sumOfSquares += squares[column]
        guard column >= window.width - 1 else { continue }
        body(first + column - window.width + 1, sum, sumOfSquares)
        sum -= sums[column - window.width + 1]
        sumOfSquares -= squares[column - window.width + 1]
      }
      add(row - window.height + 1, -1)
    }
  }
}
