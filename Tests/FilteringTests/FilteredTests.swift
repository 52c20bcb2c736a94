import Convolution
import Filtering
import Imaging
import TensorCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private let boundaries: [Boundary] = [.constant(0), .constant(90), .edge, .reflect, .mirror, .wrap]

private func noise(height: Int, width: Int, channels: Int) -> [UInt8] {
  var state: UInt32 = 12345
  return (0..<height * width * channels).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
}

@Suite("Streamed filters agree with filters of whole planes") struct FilteredTests {
  /// Larger than the tiles libvips works in, so regions meet inside; odd sizes, so the last ones are cut.
  private let pixels = noise(height: 277, width: 301, channels: 3)
  private var image: Image {
    get throws { try Image(pixels: pixels, height: 277, width: 301, channels: 3) }
  }
  private var plane: Tensor { Tensor(pixels.map(Float.init), shape: [277, 301, 3]) }

  @Test("modes and boundaries, odd and even kernels", arguments: OutputMode.allCases, boundaries)
  func modes(output: OutputMode, boundary: Boundary) throws {
    let floats = try Image(tensor: plane)
    for kernel in [Kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]]), Kernel([[1, 2, -3, 4], [0, 1, 0, 5]])] {
      expectAgreement(
        try floats.filtered(by: .correlate(kernel), output: output, boundary: boundary).tensor(),
        correlate(plane, kernel, output: output, boundary: boundary), "correlate")
      expectAgreement(
        try floats.filtered(by: .convolve(kernel), output: output, boundary: boundary).tensor(),
        convolve(plane, kernel, output: output, boundary: boundary), "convolve")
    }
    let soft = try floats.filtered(by: .gaussian(sigma: 3), output: output, boundary: boundary).tensor()
    expectAgreement(
      soft, correlate(plane, .gaussian(sigma: 3), output: output, boundary: boundary), "gaussian")
  }

  @Test("a kernel wider than the picture", arguments: boundaries)
  func wide(boundary: Boundary) throws {
    let small = Tensor((0..<12).map { Float($0 * $0) }, shape: [3, 4, 1])
    let kernel = Kernel.gaussian(sigma: 3)
    expectAgreement(
      try Image(tensor: small).filtered(by: .correlate(kernel), boundary: boundary).tensor(),
      correlate(small, kernel, boundary: boundary))
    #expect(throws: FilteringError.self) {
      try Image(tensor: small).filtered(by: .correlate(kernel), output: .valid)
    }
  }

  @Test(
    "one thread, which computes strips of whole rows, makes what several make tile by tile",
    arguments: boundaries)
  func oneThread(boundary: Boundary) throws {
    let folder = "/tmp/fovea-strips-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    try #require(mkdir(folder, 0o700) == 0)
    defer {
      unlink(folder + "/a.png")
      rmdir(folder)
    }
    let file = folder + "/a.png"
    try image.write(to: file)
    let filters: [Filter] = [
      .gaussian(sigma: 3), .median(height: 5, width: 7), .gaussian(sigma: 20), .unsharp(sigma: 2, amount: 1),
    ]
    for filter in filters {
      for output in OutputMode.allCases {
        let read = { try Image(contentsOf: file).filtered(by: filter, output: output, boundary: boundary) }
        let several = try read().tensor()
        // The same picture twice: the second time its file is opened anew.
        let picture = try read()
        for _ in 0..<2 {
          let one = try Parallelism.limited(to: 1) { try picture.tensor() }
          // Sums of many taps end a hair apart, and a few values then round to the next level, one of 130.
          expectAgreement(one, several, to: 0.01, "\(filter) \(output)")
          let (a, b) = (one.scalars, several.scalars)
          #expect(zip(a, b).count { $0 != $1 } * 10_000 < a.count, "\(filter) \(output)")
        }
      }
    }
  }

  @Test("8 bits stay 8, rounded half away from zero and clipped")
  func eightBits() throws {
    let result = try image.filtered(by: .gaussian(sigma: 2), boundary: .reflect)
    #expect(result.pixelType == .uint8)
    let expected = correlate(plane, .gaussian(sigma: 2), boundary: .reflect)
    let difference = zip(try result.tensor().scalars, expected.scalars).map { abs($0 - $1) }.max() ?? 9
    #expect(difference < 0.501)
    let clipped = try Image(pixels: [200, 3], height: 1, width: 2, channels: 1)
    #expect(try clipped.filtered(by: .correlate(Kernel([[2]]))).tensor().scalars == [255, 6])
    #expect(try clipped.filtered(by: .correlate(Kernel([[-1]]))).tensor().scalars == [0, 0])
    #expect(try clipped.filtered(by: .correlate(Kernel([[0.5]]))).tensor().scalars == [100, 2])
  }

  @Test("a picture in floats keeps all of a result")
  func floats() throws {
    let result = try image.inFloats().filtered(by: .sobel(.x), boundary: .edge)
    #expect(result.pixelType == .float32)
    expectAgreement(try result.tensor(), sobel(plane, boundary: .edge).x)
  }

  @Test("kernels beyond all memory are refused before they are made")
  func enormous() throws {
    for filter in [
      Filter.gaussian(sigma: 1e300), .gaussian(sigma: 10_000, truncate: 100), .box(height: .max, width: 3),
      .gaussianWindow(sigma: 1, height: 3, width: .max),
    ] {
      #expect(throws: FilteringError.self) { try image.filtered(by: filter) }
    }
  }

  @Test("sobel: its components, and how they become pixels")
  func sobels() throws {
    let floats = try Image(tensor: plane)
    let gradient = sobel(plane, boundary: .edge)
    for (component, expected) in [
      (GradientComponent.x, gradient.x), (.y, gradient.y), (.magnitude, gradient.magnitude),
      (.direction, gradient.direction),
    ] {
      expectAgreement(try floats.filtered(by: .sobel(component), boundary: .edge).tensor(), expected)
    }
    let step = try Image(pixels: [255, 255, 0, 0], height: 1, width: 4, channels: 1)
    func values(_ component: GradientComponent, _ range: OutputRange?) throws -> [Float] {
      try step.filtered(by: .sobel(component), boundary: .edge, range: range).tensor().scalars
    }
    // White to black is the strongest response: the top of the range, flat areas are mid-grey.
    #expect(try values(.x, nil) == [128, 255, 255, 128])
    #expect(try values(.magnitude, nil) == [0, 255, 255, 0])
    #expect(try values(.x, .clip) == [0, 255, 255, 0])
    #expect(try values(.x, .stretch) == [0, 255, 255, 0])
    #expect(try values(.x, .symmetric) == [128, 255, 255, 128])
  }

  @Test("transparent pixels leave no halo")
  func alpha() throws {
    // Opaque red beside transparent green.
    let pixels: [UInt8] = (0..<8).flatMap { $0 < 4 ? [200, 0, 0, 255] : [0, 255, 0, 0] as [UInt8] }
    let image = try Image(pixels: pixels, height: 1, width: 8, channels: 4)
    let result = try image.filtered(by: .gaussian(sigma: 1), boundary: .edge).tensor()
    for column in 0..<8 {
      #expect(result[0, column, 1] == 0)
      if result[0, column, 3] > 0 { #expect(abs(result[0, column, 0] - 200) <= 1) }
    }
    #expect(result[0, 0, 3] == 255 && result[0, 7, 3] == 0)
  }

  @Test("pages are filtered one by one")
  func pages() throws {
    let folder = "/tmp/fovea-pages-\(UInt64.random(in: 0...UInt64.max)).npy"
    let strip = Tensor(
      (0..<3 * 20 * 9).map { (index: Int) -> Float in Float(index * 37 % 251) }, shape: [3, 20, 9, 1])
    try strip.write(npy: folder)
    defer { remove(folder) }
    let pages = try Image(contentsOf: folder)
    #expect(pages.pageCount == 3 && pages.height == 20)
    for boundary in boundaries {
      expectAgreement(
        try pages.filtered(by: .gaussian(sigma: 2), output: .full, boundary: boundary).pagesTensor(),
        correlate(strip, .gaussian(sigma: 2), output: .full, boundary: boundary), boundary.name)
    }
  }

  @Test("a file is filtered as its pixels are", arguments: ["png", "tiff"], boundaries)
  func files(suffix: String, boundary: Boundary) throws {
    let path = "/tmp/fovea-filter-\(UInt64.random(in: 0...UInt64.max))." + suffix
    let tall = noise(height: 1500, width: 40, channels: 1)
    defer { remove(path) }
    try Image(pixels: tall, height: 1500, width: 40, channels: 1).write(to: path)
    let expected = correlate(
      Tensor(tall.map(Float.init), shape: [1500, 40, 1]), .gaussian(sigma: 5), boundary: boundary)
    let result = try Image(contentsOf: path).filtered(by: .gaussian(sigma: 5), boundary: boundary).tensor()
    #expect((zip(result.scalars, expected.scalars).map { abs($0 - $1) }.max() ?? 9) < 0.501)
  }

  @Test("linear light: a fine checkerboard blurs to the brightness it has")
  func linearLight() throws {
    let board = (0..<40 * 40).map { (index: Int) -> UInt8 in (index / 40 + index).isMultiple(of: 2) ? 0 : 255
    }
    let image = try Image(pixels: board, height: 40, width: 40, channels: 1)
    let blurred = try image.filtered(by: .gaussian(sigma: 2), boundary: .reflect, inLinearLight: true)
    #expect(abs(try blurred.tensor()[20, 20, 0] - 188) <= 1)
  }
}
