import Convolution
package import TensorCore

/// What one step of a compiled network costs.
package struct StepProfile: Sendable {
  /// The last layer the step computes.
  package let layer: String
  /// How: a convolution's method, or what the step does.
  package let method: String
  package let outputShape: Shape
  /// Multiplications and additions of the definition, whatever the method saves.
  package let operations: Int
  /// The weights as they are kept, in bytes.
  package let weightBytes: Int
  package internal(set) var seconds: Double
}

extension CompiledNetwork {
  /// The time each step takes, the median of `runs` passes.
  package func profile(_ x: Tensor, runs: Int) -> [StepProfile] {
    let clock = ContinuousClock()
    let arena = TensorStorage(uninitialized: plan.count)
    let active = steps.indices.filter { runs > 0 && self.runs[$0] && !steps[$0].isInput }
    var times = [[Double]](repeating: [], count: steps.count)
    for pass in 0..<runs + 1 {
      load(x, into: arena)
      for index in active {
        let seconds = clock.measure { run(index, in: arena) } / .seconds(1)
        if pass > 0 { times[index].append(seconds) }
      }
    }
    return active.map { index in
      let step = steps[index]
      return StepProfile(
        layer: step.layer, method: step.methodName, outputShape: step.shape, operations: step.operations,
        weightBytes: step.weightBytes, seconds: times[index].sorted()[runs / 2])
    }
  }

  /// The weights that a run reads, as they are kept, in bytes.
  package var weightBytes: Int {
    steps.indices.reduce(0) { runs[$1] ? $0 + steps[$1].weightBytes : $0 }
  }
}

extension Step {
  fileprivate var isInput: Bool { if case .input = computation { true } else { false } }

  fileprivate var methodName: String {
    switch computation {
    case .prepared(let convolution): convolution.method.rawValue
    case .convolution: "convolution"
    case .input: "input"
    case .constant: "constant"
    case .standardization, .pixelNormalization: "standardization"
    case .resizing: "resizing"
    case .reduction: "reduction"
    case .padding: "padding"
    case .transposedConvolution: "transposed"
    case .dense: "dense"
    case .affine: "scale"
    case .localResponse: "local response"
    case .instanceNormalization: "instance norm"
    case .activation: "activation"
    case .maximumPooling, .globalMaximum: "maximum"
    case .averagePooling, .adaptiveAverage: "average"
    case .maximumUnpooling: "unpooling"
    case .upSampling: "upsampling"
    case .transpose, .rearrangement: "transpose"
    case .interleaving: "shuffle"
    case .view: "view"
    case .margins: "margins"
    case .elementwise: "elementwise"
    case .channelGates: "gates"
    case .matrixProduct: "matrix product"
    case .concatenation, .join: "join"
    case .channels, .channelPadding: "channels"
    case .slice: "slice"
    }
  }

  fileprivate var operations: Int {
    switch computation {
    case .prepared(let convolution):
      let g = convolution.geometry
      return 2 * g.outputPixels * g.outputChannels * g.depth
    case .dense(let kernel, _): return 2 * pixels * kernel.shape.count
    default: return 0
    }
  }

  fileprivate var weightBytes: Int {
    switch computation {
    case .prepared(let convolution): convolution.packedBytes
    case .dense(let kernel, _): kernel.shape.count * MemoryLayout<Float>.stride
    case .transposedConvolution(_, let kernel, _): kernel.shape.count * MemoryLayout<Float>.stride
    default: 0
    }
  }
}
