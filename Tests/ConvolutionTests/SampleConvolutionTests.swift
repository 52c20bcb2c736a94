import Convolution
import TensorCore
import TestSupport
import Testing

/// Convolution, relu and max-pooling of a training step against their definitions, on every set of micro-kernels.
@Suite struct SampleConvolutionTests {
  struct Case: Sendable {
    var input: Shape
    var filters: Int
    var kernel: Extent = 3
    var stride: Extent = 1
    var padding = Padding.valid
    var rectifies = false
    var pool: Int?
  }

  static let cases: [Case] = [
    Case(input: [3, 9, 8, 3], filters: 32, rectifies: true, pool: 2),
    Case(input: [9, 15, 15, 32], filters: 32, rectifies: true, pool: 2),
    Case(input: [2, 13, 7, 5], filters: 18, padding: .same, rectifies: true, pool: 3),
    Case(input: [2, 10, 11, 16], filters: 40, kernel: 5, padding: .same, rectifies: true),
    Case(input: [4, 8, 8, 24], filters: 3, padding: .same),
    Case(input: [2, 8, 9, 16], filters: 20, stride: 2, padding: .explicit(Margins(1))),
    Case(input: [2, 7, 7, 16], filters: 12, kernel: 1),
    Case(input: [2, 7, 6, 6], filters: 9, kernel: 1, stride: 2, rectifies: true),
    Case(
      input: [1, 6, 9, 4], filters: 7, kernel: Extent(height: 1, width: 3), padding: .same, pool: 2),
  ]

  @Test("agree with the definitions", arguments: cases)
  func agree(_ c: Case) throws {
    var generator = SeededGenerator(seed: 3)
    let g = try #require(
      ConvolutionGeometry(
        input: c.input, outputChannels: c.filters, kernelSize: c.kernel, stride: c.stride, padding: c.padding)
    )
    let pooling = try c.pool.map {
      try #require(
        PoolingGeometry(
          input: Shape(g.outputDimensions), size: Extent($0), stride: Extent($0), padding: .valid,
          roundsUp: false))
    }
    let x = Tensor(normal: c.input, using: &generator)
    let w = Tensor(normal: g.kernelShape, using: &generator)
    let b = Tensor(normal: [c.filters], using: &generator)
    var z = referenceConvolution(x, kernel: w, bias: b, g)
    if c.rectifies { z = Tensor(z.scalars.map { max($0, 0) }, shape: z.shape) }
    let pooled = pooling.map { referenceMaximumPooling(z, $0) }
    let expected = pooled?.values ?? z
    let dy = Tensor(normal: expected.shape, using: &generator)
    // Backwards by hand: to the places of the maxima, then through the relu.
    var dz = [Float](repeating: 0, count: z.shape.count)
    let plane = g.rows.output * g.columns.output
    for (index, gradient) in dy.scalars.enumerated() {
      let channel = index % c.filters
      let sample = index / (expected.shape.count / g.batch)
      let place = pooled.map { (sample * plane + $0.positions[index]) * c.filters + channel } ?? index
      if !c.rectifies || z.scalars[place] > 0 { dz[place] += gradient }
    }
    let wanted = referenceConvolutionGradients(
      x, kernel: w, outputGradient: Tensor(dz, shape: z.shape), g)
    for kernels in LayerKernels.all {
      let layer = try #require(
        SampleConvolution(g, rectifies: c.rectifies, pooling: pooling, on: kernels))
      var positions = [UInt32](repeating: 0, count: expected.shape.count)
      let y = Tensor(shape: expected.shape) { y in
        x.withUnsafeScalars { x in
          w.withUnsafeScalars { w in
            b.withUnsafeScalars { b in
              positions.withUnsafeMutableBufferPointer { positions in
                guard let y = y.baseAddress, let x = x.baseAddress, let w = w.baseAddress else { return }
                layer.apply(
                  input: x, kernel: w, bias: b.baseAddress, output: y, positions: positions.baseAddress)
              }
            }
          }
        }
      }
      expectAgreement(y, expected, "output on \(kernels.name)")
      let (dw, db, dx) = gradients(layer, x, w, y, positions, dy)
      expectAgreement(dw, wanted.kernel, "kernel on \(kernels.name)")
      expectAgreement(db, wanted.bias, "bias on \(kernels.name)")
      expectAgreement(dx, wanted.input, "input on \(kernels.name)")
    }
  }

  @Test("what other methods compute is left to them")
  func refusals() throws {
    let grouped = try #require(
      ConvolutionGeometry(input: [1, 8, 8, 4], outputChannels: 4, kernelSize: 3, groups: 2))
    let wide = try #require(
      ConvolutionGeometry(input: [1, 8, 8, 4], outputChannels: 4, kernelSize: 3, stride: 3))
    #expect(SampleConvolution(grouped) == nil)
    #expect(SampleConvolution(wide) == nil)
  }

  private func gradients(
    _ layer: SampleConvolution, _ x: Tensor, _ w: Tensor, _ y: Tensor, _ positions: [UInt32], _ dy: Tensor
  ) -> (Tensor, Tensor, Tensor) {
    var (db, dx) = (Tensor(repeating: 7, shape: [w.shape[3]]), Tensor(repeating: 7, shape: x.shape))
    let dw = Tensor(shape: w.shape) { dw in
      x.withUnsafeScalars { x in
        w.withUnsafeScalars { w in
          y.withUnsafeScalars { y in
            dy.withUnsafeScalars { dy in
              positions.withUnsafeBufferPointer { positions in
                db.withUnsafeMutableScalars { db in
                  dx.withUnsafeMutableScalars { dx in
                    guard let x = x.baseAddress, let w = w.baseAddress, let y = y.baseAddress,
                      let dy = dy.baseAddress
                    else { return }
                    layer.gradients(
                      .init(input: x, kernel: w, output: y, positions: positions.baseAddress, gradient: dy),
                      kernel: dw.baseAddress, bias: db.baseAddress, input: dx.baseAddress)
                  }
                }
              }
            }
          }
        }
      }
    }
    return (dw, db, dx)
  }
}
