import Convolution
import NeuralNetwork
import TensorCore

extension TrainingPass {
  /// Back-propagates from the output's gradient, which the loss has written; `result`, as long as all parameters, receives the
  /// gradients of those that are trained.
  func backward(parameters: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>) {
    beginBackward()
    for index in nodes.indices.reversed() where receivedGradient(index) {
      guard let dy = gradient(index) else { continue }
      if nodes[index].isAbsorbed {
        passInPlace(to: nodes[index].inputs[0])
      } else {
        backward(nodes[index], at: index, dy, parameters, result)
      }
    }
  }

  private func backward(
    _ node: TrainingNode, at index: Int, _ dy: UnsafeMutablePointer<Float>,
    _ parameters: UnsafePointer<Float>,
    _ result: UnsafeMutablePointer<Float>
  ) {
    guard let source = node.inputs.first else { return }
    let x = UnsafePointer(value(source))
    let (pixels, channels, count) = (node.pixels, node.channels, node.shape.count)
    func biasGradient(_ bias: Range<Int>?) {
      if let bias { channelSums(pixels: pixels, channels: channels, dy, result: result + bias.lowerBound) }
    }
    switch node.computation {
    case .input, .constant: break
    case .convolution(let g, let kernel, let bias):
      if node.trainsWeights {
        convolutionKernelGradient(g, input: x, outputGradient: dy, result: result + kernel.lowerBound)
        biasGradient(bias)
      }
      deliver(to: source) {
        convolutionInputGradient(g, outputGradient: dy, kernel: parameters + kernel.lowerBound, result: $0)
      }
    case .sampleConvolution(let convolution, let kernel, let bias):
      let seen = SampleConvolution.Seen(
        input: x, kernel: parameters + kernel.lowerBound, output: value(index), positions: positions[index],
        gradient: dy, normalization: normalizations.removeValue(forKey: index))
      let trained = node.trainsWeights
      func compute(_ dx: UnsafeMutablePointer<Float>?, adds: Bool) {
        convolution.gradients(
          seen, kernel: trained ? result + kernel.lowerBound : nil,
          bias: trained ? bias.map { result + $0.lowerBound } : nil, input: dx, adds: adds)
      }
      if nodes[source].needsGradient {
        deliver(to: source, adding: compute)
      } else {
        compute(nil, adds: false)
      }
    case .transposedConvolution(let g, let kernel, let bias):
      if node.trainsWeights {
        convolutionKernelGradient(g, input: dy, outputGradient: x, result: result + kernel.lowerBound)
        biasGradient(bias)
      }
      deliver(to: source) {
        convolveByWindows(g, input: dy, kernel: parameters + kernel.lowerBound, bias: nil, output: $0)
      }
    case .dense(let kernel, let bias):
      let inputs = kernel.count / channels
      if node.trainsWeights {
        denseKernelGradient(
          rows: pixels, inputs: inputs, units: channels, input: x, outputGradient: dy,
          result: result + kernel.lowerBound)
        biasGradient(bias)
      }
      deliver(to: source) {
        denseInputGradient(
          rows: pixels, inputs: inputs, units: channels, outputGradient: dy,
          kernel: parameters + kernel.lowerBound, result: $0)
      }
    case .batchNormalization(let ranges, _, _, let usesBatch):
      guard let kept = kept[index]?.base else { return }
      let gamma = ranges.gamma.map { parameters + $0.lowerBound }
      guard usesBatch else {
        if node.rectifies {
          let rectified = UnsafePointer(value(index))
          eachRun(of: count) { range in
            let first = range.lowerBound
            keepWherePositive(range.count, rectified + first, dy + first, to: dy + first)
          }
        }
        return deliver(to: source) { dx in
          scaleChannels(dy, by: { (gamma?[$0] ?? 1) / kept[channels + $0] }, pixels, channels, to: dx)
        }
      }
      let unused = unlearned[index] ?? TensorStorage(uninitialized: 2 * channels)
      unlearned[index] = unused
      let gammaGradient = ranges.gamma.map { result + $0.lowerBound } ?? unused.base
      let betaGradient = ranges.beta.map { result + $0.lowerBound } ?? unused.base + channels
      let gradient = BatchNormalizationGradient(
        pixels: pixels, channels: channels, gamma: gamma,
        beta: ranges.beta.map { parameters + $0.lowerBound },
        mean: kept, deviation: kept + channels, rectifies: node.rectifies, input: x, outputGradient: dy,
        gammaGradient: gammaGradient, betaGradient: betaGradient)
      if nodes[source].normalization == index {
        normalizations[source] = gradient
        passInPlace(to: source)
      } else {
        deliver(to: source) { gradient.applyToAll(pixels: pixels, input: x, outputGradient: dy, to: $0) }
      }
    case .channelScale(let gamma, let beta):
      if node.trainsWeights {
        if let gamma {
          partialSums(pixels, channels, result: result + gamma.lowerBound) { range, sum in
            for pixel in range {
              for c in 0..<channels { sum[c] += dy[pixel * channels + c] * x[pixel * channels + c] }
            }
          }
        }
        biasGradient(beta)
      }
      deliver(to: source) {
        scaleChannels(
          dy, by: { c in gamma.map { parameters[$0.lowerBound + c] } ?? 1 }, pixels, channels, to: $0)
      }
    case .rescaling(let factor, _):
      deliver(to: source) {
        scaleChannels(dy, by: { factor.count == 1 ? factor[0] : factor[$0] }, pixels, channels, to: $0)
      }
    case .activation(let activation, let slopes):
      backwardActivation(activation, slopes, node, index, dy, parameters, result)
    case .maximumPooling(let g):
      guard let positions = positions[index] else { return }
      deliver(to: source) { poolMaximumGradient(g, positions: positions, outputGradient: dy, result: $0) }
    case .averagePooling(let g, let countsPadding):
      deliver(to: source) {
        poolAverageGradient(g, countsPadding: countsPadding, outputGradient: dy, result: $0)
      }
    case .maximumUnpooling(let pooling):
      guard let positions = positions[pooling], let g = nodes[pooling].maximumPooling else { return }
      deliver(to: source) { gatherMaxima(g, positions, dy, to: $0) }
    case .upSampling(let factor):
      let shape = nodes[source].shape
      deliver(to: source) { sumOverCopies(dy, factor, shape, to: $0) }
    case .margins(let m):
      let back = Margins(top: -m.top, bottom: -m.bottom, left: -m.left, right: -m.right)
      deliver(to: source) { copyWithMargins(dy, node.shape, back, $0, nodes[source].shape) }
    case .dropout:
      guard let factors = kept[index]?.base else { return }
      deliver(to: source) { dx in
        eachRun(of: count) { range in for i in range { dx[i] = dy[i] * factors[i] } }
      }
    case .copy: deliver(to: source) { $0.update(from: dy, count: count) }
    case .sum:
      if node.rectifies {
        let y = UnsafePointer(value(index))
        eachRun(of: count) { range in
          let first = range.lowerBound
          keepWherePositive(range.count, y + first, dy + first, to: dy + first)
        }
      }
      for input in node.inputs {
        if node.sharesGradient.contains(input) {
          passInPlace(to: input)
        } else {
          deliver(to: input) { $0.update(from: dy, count: count) }
        }
      }
    case .elementwise(let kind): backwardElementwise(kind, node, index, dy)
    case .padding(let margins, let boundary):
      let shape = nodes[source].shape
      let taps = SeparableTaps(margins, boundary, height: shape[1], width: shape[2])
      deliver(to: source) {
        taps.transposed.apply(batch: shape[0], channels: channels, input: dy, output: $0)
      }
    case .resampling(let taps):
      deliver(to: source) {
        taps.transposed.apply(batch: node.shape[0], channels: channels, input: dy, output: $0)
      }
    case .localResponse(let l):
      deliver(to: source) {
        normaliseLocalResponseGradient(
          pixels: pixels, channels: channels, size: l.size, alpha: l.alpha, beta: l.beta, bias: l.bias,
          input: x, outputGradient: dy, result: $0)
      }
    case .standardization(let axes, let epsilon):
      deliver(to: source) {
        standardiseAxesGradient(
          axes, epsilon: epsilon, input: x, node.shape, output: value(index), outputGradient: dy, result: $0)
      }
    case .reduction(let kind, let axes):
      deliver(to: source) {
        reduceAxesGradient(
          kind, axes, input: x, nodes[source].shape, output: value(index), outputGradient: dy, result: $0)
      }
    case .transpose(let order):
      let back = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
      deliver(to: source) { transposeAxes(dy, node.shape, back, $0, nodes[source].shape) }
    case .slice(let axis, let first):
      deliver(to: source) { placeAlong(axis, from: first, dy, node.shape, $0, nodes[source].shape) }
    case .join(let axis):
      var first = 0
      for input in node.inputs {
        let shape = nodes[input].shape
        deliver(to: input) { sliceAlong(axis, from: first, dy, node.shape, $0, shape) }
        first += shape[axis]
      }
    case .channelWindow(let offset):
      deliver(to: source) {
        copyChannels(dy, channels, from: -offset, to: $0, nodes[source].channels, pixels: pixels)
      }
    case .matrixProduct:
      let (a, b) = (node.inputs[0], node.inputs[1])
      let products = MatrixProducts(nodes[a].shape, nodes[b].shape, node.shape)
      for (place, input) in node.inputs.enumerated() {
        deliver(to: input) { dx in
          dx.update(repeating: 0, count: nodes[input].shape.count)
          products.addGradients(
            x, value(b), of: dy, to: place == 0 ? dx : nil, place == 1 ? dx : nil)
        }
      }
    case .concatenation:
      forEachSlice(of: node) { input, offset, width in
        deliver(to: input) { dx in
          for pixel in 0..<pixels {
            (dx + pixel * width).update(from: dy + pixel * channels + offset, count: width)
          }
        }
      }
    }
  }

  private func backwardActivation(
    _ activation: Activation, _ slopes: Range<Int>?, _ node: TrainingNode, _ index: Int,
    _ dy: UnsafeMutablePointer<Float>, _ parameters: UnsafePointer<Float>,
    _ result: UnsafeMutablePointer<Float>
  ) {
    let (source, channels) = (node.inputs[0], node.channels)
    let (x, y) = (UnsafePointer(value(source)), UnsafePointer(value(index)))
    if let slopes, node.trainsWeights {
      partialSums(node.pixels, channels, result: result + slopes.lowerBound) { range, sum in
        for pixel in range {
          for c in 0..<channels where !(x[pixel * channels + c] > 0) {
            sum[c] += dy[pixel * channels + c] * x[pixel * channels + c]
          }
        }
      }
    }
    func multiply(_ gradient: UnsafeMutablePointer<Float>) {
      parallelFor(node.pixels, grain: max(1, 16_384 / max(1, channels))) { range in
        let first = range.lowerBound * channels
        activation.multiplyByDerivative(
          gradient + first, input: x + first, output: y + first, pixels: range.count, channels: channels,
          slopes: slopes.map { parameters + $0.lowerBound })
      }
    }
    if node.isInPlace {
      multiply(dy)
      passInPlace(to: source)
    } else {
      deliver(to: source) {
        $0.update(from: dy, count: node.shape.count)
        multiply($0)
      }
    }
  }
}

private func scaleChannels(
  _ dy: UnsafePointer<Float>, by factor: (Int) -> Float, _ pixels: Int, _ channels: Int,
  to dx: UnsafeMutablePointer<Float>
) {
  scaleChannels(
    pixels: pixels, channels: channels, scale: (0..<channels).map(factor),
    offset: [Float](repeating: 0, count: channels), input: Pixels(dy, stride: channels),
    output: MutablePixels(dx, stride: channels))
}

/// The gradient of an unpooling: what stands where each value was written.
private func gatherMaxima(
  _ g: PoolingGeometry, _ positions: UnsafePointer<UInt32>, _ dy: UnsafePointer<Float>,
  to dx: UnsafeMutablePointer<Float>
) {
  let plane = g.rows.input * g.columns.input * g.channels
  let size = g.rows.output * g.columns.output * g.channels
  parallelFor(g.batch) { samples in
    for sample in samples {
      for index in sample * size..<(sample + 1) * size {
        dx[index] = dy[sample * plane + Int(positions[index]) * g.channels + index % g.channels]
      }
    }
  }
}

/// The gradient of a nearest up-sampling: the sum over the copies of each pixel; `shape` is the small picture's.
private func sumOverCopies(
  _ dy: UnsafePointer<Float>, _ factor: Extent, _ shape: Shape, to dx: UnsafeMutablePointer<Float>
) {
  let (width, channels) = (shape[2], shape[3])
  parallelFor(shape[0] * shape[1], grain: 4) { lines in
    for line in lines {
      let target = dx + line * width * channels
      target.update(repeating: 0, count: width * channels)
      for ky in 0..<factor.height {
        let source = dy + (line * factor.height + ky) * width * factor.width * channels
        for ox in 0..<width * factor.width {
          for c in 0..<channels { target[ox / factor.width * channels + c] += source[ox * channels + c] }
        }
      }
    }
  }
}
