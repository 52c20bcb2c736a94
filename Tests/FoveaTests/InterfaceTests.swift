import Fovea
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The library example of the README compiles as it stands there and does what it says.
@Suite struct InterfaceTests {
  @Test func theReadmesExampleRuns() throws {
    let folder = "/tmp/fovea-interface-\(getpid())"
    mkdir(folder, 0o700)
    defer { for name in ["soft.png", "conv.png", ""] { remove(folder + "/" + name) } }

    let photo = try Image(contentsOf: SampleTests.path("still-life.jpg"))
    try photo.filtered(by: .gaussian(sigma: 2), boundary: .reflect).write(to: folder + "/soft.png")

    let x = try photo.grayscale().tensor()
    let z = correlate(x, Kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]]), output: .valid)
    let edges = sobel(x)
    #expect(x.shape == [512, 768, 1] && z.shape == [510, 766, 1] && edges.magnitude.shape == x.shape)
    #expect(edges.direction.shape == edges.x.shape && edges.y.shape == edges.x.shape)
    #expect(median(x, height: 3, width: 3).shape == x.shape)

    let bank = try Network(contentsOf: SampleTests.path("networks/synthetic-gabor-bank.h5"))
    let seen = try bank.activations(of: photo, at: ["relu", "pool"])
    try ContactSheet(of: seen.layer("relu"), scale: .tile).write(to: folder + "/conv.png")
    #expect(try Image(contentsOf: folder + "/conv.png").width > 700)
    #expect(try Image(contentsOf: folder + "/soft.png").width == 768)
    let classifier = try Network(contentsOf: SampleTests.path("networks/cifar10-filters.h5"))
    #expect(try classifier.predict(photo, top: 3).count == 3)
  }
}
