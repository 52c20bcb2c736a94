import Foundation
import Fovea
import TestSupport
import Testing

/// What the project ships can be opened, and is what its README says.
@Suite struct SampleTests {
  static func path(_ relative: String) -> String { repositoryFolder + "/Samples/" + relative }

  private struct Digits: Decodable {
    struct Correlation: Decodable {
      struct Match: Decodable {
        let row: Int
        let column: Int
      }
      let threshold: Float
      let matches: [Match]
    }
    let correlation: Correlation
  }

  @Test func correlationFindsEveryThreeOnThePageAndNothingElse() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.path("digits.json")))
    let expected = try JSONDecoder().decode(Digits.self, from: data).correlation
    let page = try Image(contentsOf: Self.path("digits.png")).grayscale().tensor()
    let kernel = try Kernel(Tensor(npy: Self.path("digit-three-kernel.npy")))
    let response = correlate(page, kernel, output: .same)
    // Whatever lies above the threshold lies by a three, and by every three something does.
    var found = Set<Int>()
    for row in 0..<response.shape[0] {
      for column in 0..<response.shape[1] where response[row, column, 0] > expected.threshold {
        let nearest = expected.matches.firstIndex { abs($0.row - row) <= 3 && abs($0.column - column) <= 3 }
        found.insert(try #require(nearest, "something at \(row), \(column) answers like a three"))
      }
    }
    #expect(found.count == 9 && expected.matches.count == 9)
  }

  @Test(arguments: [
    ("sobel", 20, [510, 510, 2]), ("colours", 976, [360, 479, 4]),
    ("synthetic-gabor-bank", 34_944, [27, 27, 96]),
  ])
  func handSetNetworksHaveTheLecturesParametersAndShapes(name: String, parameters: Int, output: [Int]) throws
  {
    let network = try Network(contentsOf: Self.path("networks/\(name).h5"))
    let photo = try Image(contentsOf: Self.path("still-life.png"))
    let x = try network.input(from: photo)
    #expect(try network.graph.summary(for: x.shape).totalParameters == parameters)
    let last = try #require(network.graph.layers.last?.name)
    let y = try network.activations(of: photo, at: [last]).layer(last)
    #expect(y.shape == Shape([1] + output))
  }

  @Test func theSobelLayerIsTheSobelFilter() throws {
    let network = try Network(contentsOf: Self.path("networks/sobel.h5"))
    let x = try network.input(from: Image(contentsOf: Self.path("zone-plate.png")))
    let layer = try network.compiled(for: x.shape, recording: ["sobel"]).run(x).layer("sobel")
    let edges = sobel(x.reshaped([x.shape[1], x.shape[2]]), output: .valid)
    let (rows, columns) = (layer.shape[1], layer.shape[2])
    let filtered = Tensor(shape: layer.shape) { both in
      edges.x.withUnsafeScalars { x in
        edges.y.withUnsafeScalars { y in
          for pixel in 0..<rows * columns {
            both[pixel * 2] = x[pixel]
            both[pixel * 2 + 1] = y[pixel]
          }
        }
      }
    }
    expectAgreement(layer, filtered)
  }

  @Test(arguments: 1...8) func everyOrientationIsTurnedUpright(orientation: Int) throws {
    let upright = try Image(contentsOf: Self.path("orientation/1.jpg"))
    let turned = try Image(contentsOf: Self.path("orientation/\(orientation).jpg"))
    #expect(turned.width == upright.width && turned.height == upright.height)
    let (a, b) = (try turned.tensor(), try upright.tensor())
    // Each was compressed lying differently: alike but for the losses of JPEG.
    let mean = zip(a.scalars, b.scalars).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(a.shape.count)
    #expect(mean < 3)
  }
}
