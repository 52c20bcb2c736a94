import Convolution
import TensorCore
import TestSupport
import Testing

/// Planes that threads share, some of them far from zero, where single precision would lose what varies.
@Suite struct InstanceNormalisationTests {
  @Test(arguments: [(1, 2048), (1, 2049), (3, 5000), (2, 1)])
  func everyPlaneIsBroughtToItsMeanAndDeviation(batch: Int, pixels: Int) {
    let channels = 5
    var generator = SeededGenerator(seed: 8)
    var x = Tensor(normal: [batch, pixels, 1, channels], using: &generator)
    x.withUnsafeMutableScalars { x in
      for place in x.indices { x[place] += Float(place % channels) * 1000 }
    }
    let gamma = Tensor([1, -2, 0, 0.5, 3], shape: [channels])
    let beta = Tensor([0, 1, 2, -3, 100], shape: [channels])
    func found(threads: Int) -> Tensor {
      Tensor(shape: x.shape) { y in
        x.withUnsafeScalars { x in
          gamma.withUnsafeScalars { gamma in
            beta.withUnsafeScalars { beta in
              guard let input = x.baseAddress, let output = y.baseAddress, let gamma = gamma.baseAddress,
                let beta = beta.baseAddress
              else { return }
              Parallelism.limited(to: threads) {
                normaliseInstances(
                  batch: batch, pixels: pixels, channels: channels, epsilon: 1e-3, gamma: gamma, beta: beta,
                  input: input, output: output)
              }
            }
          }
        }
      }
    }
    let expected = referenceInstanceNormalisation(x, epsilon: 1e-3, gamma: gamma, beta: beta)
    expectAgreement(found(threads: 1), expected, to: 1e-6, "\(batch) x \(pixels)")
    #expect(found(threads: 3).scalars == found(threads: 1).scalars)
  }
}
