import CKernels
import Convolution
import TensorCore
import TestSupport
import Testing

/// Pictures of bytes beside the filters of floats, rounded.
@Suite struct BytePictureTests {
  static let shapes: [Shape] = [
    [1, 1, 1], [5, 3, 1], [70, 90, 1], [61, 77, 3], [9, 1300, 1], [230, 33, 4],
  ]
  static let boundaries: [Boundary] = [
    .constant(0), .constant(7.5), .constant(200), .edge, .reflect, .mirror, .wrap,
  ]

  private func noise(_ shape: Shape) -> BytePicture {
    var generator = SeededGenerator(seed: 31)
    let values = Tensor(uniform: shape, in: 0..<256, using: &generator).scalars
    return BytePicture(
      height: shape[0], width: shape[1], channels: shape[2], bytes: values.map { UInt8($0) })
  }

  private func floats(_ x: BytePicture) -> Tensor {
    Tensor(x.bytes.map(Float.init), shape: [x.height, x.width, x.channels])
  }

  /// Within one level of the rounded floats everywhere, and where they are no tie the same.
  private func expect(_ actual: BytePicture, rounds expected: Tensor, _ what: String) {
    #expect([actual.height, actual.width, actual.channels] == expected.shape.dimensions, "\(what)")
    guard actual.bytes.count == expected.scalars.count else { return }
    var differing = 0
    for (byte, value) in zip(actual.bytes, expected.scalars) {
      let clipped = min(max(value, 0), 255)
      let isTie = abs(clipped - clipped.rounded(.down) - 0.5) < 1e-3
      if abs(Float(byte) - clipped) > (isTie ? 1 : 0.5 + 1e-3) { differing += 1 }
    }
    #expect(differing == 0, "\(what): \(differing) of \(actual.bytes.count)")
  }

  @Test(arguments: shapes, boundaries)
  func linearFiltersRoundWhatFloatsGive(shape: Shape, boundary: Boundary) {
    let x = noise(shape)
    var generator = SeededGenerator(seed: 32)
    let kernels: [Kernel] = [
      .gaussian(sigma: 1.3), .box(height: 3, width: 3), .box(height: 4, width: 7),
      .box(height: 30, width: 31),
      Kernel([[0.2, 0.1, -0.3], [1, 0.4, -0.8]]), Kernel([[1, 1], [1, 1]]),
      Kernel(rows: 9, columns: 33, taps: Tensor(normal: [9, 33], using: &generator).scalars),
    ]
    for kernel in kernels {
      for output in [OutputMode.same, .full] {
        let expected = slide(
          kernel, over: floats(x), convolving: false, output: output, boundary: boundary, method: .reference)
        expect(
          correlate(x, kernel, output: output, boundary: boundary), rounds: expected,
          "\(kernel.extent) \(output)")
      }
    }
    var magnitude = BytePicture(height: x.height, width: x.width, channels: x.channels)
    gradientMagnitude(x, .scharr, boundary: boundary, into: &magnitude)
    expect(magnitude, rounds: gradientMagnitude(floats(x), .scharr, boundary: boundary), "scharr")
  }

  @Test(arguments: shapes, [Boundary.edge, .wrap, .constant(9)])
  func mediansAreThoseOfFloats(shape: Shape, boundary: Boundary) {
    let x = noise(shape)
    var result = BytePicture(height: x.height, width: x.width, channels: x.channels)
    for side in [3, 5, 8] {
      median(x, height: side, width: side, boundary: boundary, into: &result)
      #expect(floats(result) == overByDefinition(floats(x), Extent(side), boundary), "\(side)")
    }
  }
}

/// The medians of a picture by the definition.
func overByDefinition(
  _ x: Tensor, _ window: Extent, _ boundary: Boundary, by method: MedianMethod = .selection
) -> Tensor {
  let (height, width, channels) = (x.shape[0], x.shape[1], x.shape[2])
  let (rows, columns) = (height + window.height - 1, width + window.width - 1)
  var extended = Tensor(repeating: 0, shape: [rows, columns, channels])
  for row in 0..<rows {
    for column in 0..<columns {
      for channel in 0..<channels {
        let from = boundary.source(of: row - window.height / 2, count: height)
        let at = boundary.source(of: column - window.width / 2, count: width)
        if let from, let at {
          extended[row, column, channel] = x[from, at, channel]
        } else if case .constant(let value) = boundary {
          extended[row, column, channel] = value
        }
      }
    }
  }
  return Tensor(shape: x.shape) { output in
    extended.withUnsafeScalars { input in
      guard let input = input.baseAddress, let output = output.baseAddress else { return }
      regionMedian(
        WindowRegion(
          input: input, inputStride: columns * channels, output: output, outputStride: width * channels,
          height: height, width: width, channels: channels), window: window, by: method)
    }
  }
}
