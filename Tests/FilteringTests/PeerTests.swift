import Convolution
import Filtering
import Imaging
import TensorCore
import TestSupport
import Testing

/// What scipy, scikit-image and OpenCV compute, as Scripts/fixtures/filters.py wrote it.
@Suite("Filters agree with the libraries whose definitions they follow") struct PeerTests {
  private func fixture(_ name: String) throws -> Tensor {
    try Tensor(npy: repositoryFolder + "/Tests/FilteringTests/Fixtures/\(name).npy")
  }

  private func filtered(_ filter: Filter, _ boundary: Boundary, of name: String = "picture") throws -> Tensor
  {
    let result = try Image(tensor: try fixture(name)).filtered(by: filter, boundary: boundary).tensor()
    return result.shape[2] == 1 ? result.reshaped([result.shape[0], result.shape[1]]) : result
  }

  @Test("scipy and skimage: derivatives, Laplacian and difference of Gaussians, unsharp, median")
  func linear() throws {
    for (name, x, y) in [("x", 1, 0), ("y", 0, 1), ("both", 1, 1), ("second", 0, 2), ("third", 3, 0)] {
      expectAgreement(
        try filtered(.gaussianDerivative(sigma: 1.5, orderX: x, orderY: y), .reflect),
        try fixture("derivative_\(name)"), to: 1e-5, "\(name)")
    }
    let table: [(Filter, Boundary, String)] = [
      (.laplacianOfGaussian(sigma: 1.5), .edge, "log"),
      (.differenceOfGaussians(sigma: 1, sigma2: 2), .reflect, "dog"),
      (.unsharp(sigma: 1.5, amount: 2), .reflect, "unsharp"),
      (.median(height: 3, width: 3), .mirror, "median_3x3"),
      (.median(height: 5, width: 7), .wrap, "median_5x7"),
      (.median(height: 4, width: 6), .edge, "median_4x6"),
      (.median(height: 9, width: 9), .edge, "median_9x9"),
      (.box(height: 4, width: 6), .mirror, "box_4x6"),
    ]
    for (filter, boundary, name) in table {
      expectAgreement(try filtered(filter, boundary), try fixture(name), to: 1e-5, "\(name)")
    }
  }

  @Test("OpenCV: Gabor, bilateral")
  func openCV() throws {
    expectAgreement(
      try filtered(.gabor([Gabor(wavelength: 8, angle: 30, sigma: 3)]), .mirror), try fixture("gabor"),
      to: 1e-5, "gabor")
    // OpenCV reads the weights of likeness from a table of its own.
    expectAgreement(
      try filtered(.bilateral(sigmaSpace: 2, sigmaRange: 30), .mirror), try fixture("bilateral_grey"),
      to: 1e-4,
      "grey")
    expectAgreement(
      try filtered(.bilateral(sigmaSpace: 3, sigmaRange: 60), .mirror, of: "colour"),
      try fixture("bilateral_colour"), to: 1e-4, "colour")
  }

  @Test("skimage: canny, pixel by pixel")
  func canny() throws {
    for (name, sigma, low, high) in [("1", 1.0, 25.5, 51.0), ("2", 2, 40, 140)] {
      let mine = try filtered(.canny(sigma: sigma, low: low, high: high), .reflect)
      #expect(mine.scalars == (try fixture("canny_\(name)").scalars), "sigma \(sigma)")
      #expect(mine.scalars.contains(255))
    }
  }

  @Test("whole tensors and streamed pictures give the same")
  func tensors() throws {
    let x = try fixture("colour")
    expectAgreement(
      median(x, height: 4, width: 3, boundary: .edge),
      try Image(tensor: x).filtered(by: .median(height: 4, width: 3), boundary: .edge).tensor())
    expectAgreement(
      bilateral(x, sigmaSpace: 2, sigmaRange: 20, boundary: .wrap),
      try Image(tensor: x).filtered(by: .bilateral(sigmaSpace: 2, sigmaRange: 20), boundary: .wrap).tensor())
  }

  @Test("a bank keeps the response farthest from 0; a threshold leaves small differences alone")
  func banks() throws {
    let bank = [Gabor(wavelength: 8), Gabor(wavelength: 4, angle: 90)]
    let each = try bank.map { try filtered(.gabor([$0]), .reflect).scalars }
    let both = try filtered(.gabor(bank), .reflect).scalars
    for (index, value) in both.enumerated() {
      let expected = abs(each[1][index]) > abs(each[0][index]) ? each[1][index] : each[0][index]
      #expect(abs(value - expected) < 1e-2)
    }
    let x = try fixture("picture").scalars
    let careful = try filtered(.unsharp(sigma: 1.5, amount: 2, threshold: 9), .reflect).scalars
    let plain = try filtered(.unsharp(sigma: 1.5, amount: 2), .reflect).scalars
    for index in x.indices where abs(abs(plain[index] - x[index]) - 18) > 1e-3 {
      #expect(careful[index] == (abs(plain[index] - x[index]) > 18 ? plain[index] : x[index]))
    }
  }

  @Test("a stride keeps the first output and every s-th after it", arguments: [1, 2, 3, 50])
  func strides(stride: Int) throws {
    let x = try fixture("colour")
    let kernel = Kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
    let whole = correlate(x, kernel, output: .valid)
    let kept = try Image(tensor: x).filtered(by: .correlate(kernel), output: .valid, stride: stride).tensor()
    let (rows, columns) = ((whole.shape[0] - 1) / stride + 1, (whole.shape[1] - 1) / stride + 1)
    #expect(kept.shape == [rows, columns, 3])
    for row in 0..<rows {
      for column in 0..<columns { #expect(kept[row, column, 1] == whole[row * stride, column * stride, 1]) }
    }
  }

  @Test("a direction is drawn as a hue: red from white to black, left to right")
  func hues() throws {
    let step = try Image(pixels: [255, 255, 0, 0], height: 1, width: 4, channels: 1)
    let drawn = try step.filtered(by: .sobel(.direction), boundary: .edge).tensor()
    #expect(drawn.shape == [1, 4, 3])
    #expect((0..<3).map { drawn[0, 1, $0] } == [255, 0, 0] && (0..<3).map { drawn[0, 0, $0] } == [0, 0, 0])
    let down = try Image(pixels: [255, 255, 0, 0], height: 4, width: 1, channels: 1)
    let green = try down.filtered(by: .sobel(.direction), boundary: .edge).tensor()
    #expect(abs(green[1, 0, 0] - 127.5) < 1 && green[1, 0, 1] == 255 && green[1, 0, 2] == 0)
  }
}
