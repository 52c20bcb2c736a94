import Convolution
import TensorCore
import TestSupport
import Testing

/// What scipy computes, as Scripts/fixtures/planes.py wrote it: the lists here are the script's lists.
@Suite struct GoldenTests {
  static let boundaries: [Boundary] = [.constant(0), .constant(2.5), .edge, .reflect, .mirror, .wrap]
  static let sizes = [(1, 1), (3, 3), (4, 4), (2, 5), (7, 6), (1, 6), (14, 3), (15, 29)]

  /// Takes tensors one after another from a flat file.
  struct Reel {
    private let scalars: [Float]
    private var place = 0

    init(_ name: String) throws {
      scalars = try Tensor(npy: fixture(name)).scalars
    }

    mutating func next(_ shape: Shape) -> Tensor {
      defer { place += shape.count }
      return Tensor(Array(scalars[place..<place + shape.count]), shape: shape)
    }

    var isAtEnd: Bool { place == scalars.count }
  }

  static func fixture(_ name: String) -> String {
    repositoryFolder + "/Tests/ConvolutionTests/Fixtures/\(name).npy"
  }

  static func kernels() throws -> [Kernel] {
    var reel = try Reel("kernels")
    return try sizes.map { try Kernel(reel.next([$0.0, $0.1])) }
  }

  @Test(arguments: [false, true], OutputMode.allCases)
  func slidingAgreesWithScipySignal(convolving: Bool, mode: OutputMode) throws {
    let x = try Tensor(npy: Self.fixture("picture"))
    var reel = try Reel("\(convolving ? "convolve" : "correlate")_\(mode.rawValue)")
    for kernel in try Self.kernels() {
      guard let shape = try? mode.outputShape(input: x.shape, kernel: kernel.extent) else { continue }
      for boundary in Self.boundaries {
        let expected = reel.next(shape)
        let actual =
          convolving
          ? convolve(x, kernel, output: mode, boundary: boundary)
          : correlate(x, kernel, output: mode, boundary: boundary)
        expectAgreement(actual, expected, to: 1e-5, "\(kernel.extent) \(boundary)")
      }
    }
    #expect(reel.isAtEnd)
  }

  @Test func namedFiltersAgreeWithScipyNdimage() throws {
    let x = try Tensor(npy: Self.fixture("picture"))
    var reel = try Reel("ndimage")
    for boundary in Self.boundaries {
      for (sigma, truncate) in [(0.4, 4), (1, 4), (2, 4), (2, 1.5), (5, 3)] {
        let kernel = Kernel.gaussian(sigma: sigma, truncate: truncate)
        expectAgreement(
          correlate(x, kernel, boundary: boundary), reel.next(x.shape), to: 1e-5,
          "gaussian \(sigma) \(boundary)")
      }
      for (height, width) in [(3, 3), (5, 3), (1, 7), (17, 15)] {
        let kernel = Kernel.box(height: height, width: width)
        expectAgreement(
          correlate(x, kernel, boundary: boundary), reel.next(x.shape), to: 1e-5,
          "box \(kernel.extent) \(boundary)")
      }
      if boundary == .constant(2.5) { continue }
      for derivatives in [sobel(x, boundary: boundary), prewitt(x, boundary: boundary)] {
        expectAgreement(derivatives.x, reel.next(x.shape), to: 1e-5, "x \(boundary)")
        expectAgreement(derivatives.y, reel.next(x.shape), to: 1e-5, "y \(boundary)")
      }
      expectAgreement(
        correlate(x, .laplacian, boundary: boundary), reel.next(x.shape), to: 1e-5, "laplacian \(boundary)")
    }
    #expect(reel.isAtEnd)
  }
}
