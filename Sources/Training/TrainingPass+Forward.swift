import Convolution
import NeuralNetwork
import TensorCore

extension TrainingPass {
  /// Computes every node in training mode; `parameters` receives the new moving statistics.
  ///
  /// `seed` decides what dropout drops in this step.
  func forward(_ input: Tensor, parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    for index in nodes.indices {
      let node = nodes[index]
      if node.isAbsorbed { continue }
      let x = UnsafePointer(value(node.inputs.first ?? index))
      let y = value(index)
      let count = node.shape.count
      func weights(_ range: Range<Int>?) -> UnsafePointer<Float>? {
        range.map { UnsafePointer(parameters + $0.lowerBound) }
      }
      switch node.computation {
      case .input:
        input.withUnsafeScalars { scalars in
          if let base = scalars.baseAddress { y.update(from: base, count: count) }
        }
      case .convolution(let geometry, let kernel, let bias):
        convolveByWindows(
          geometry, input: x, kernel: parameters + kernel.lowerBound, bias: weights(bias), output: y)
      case .sampleConvolution(let convolution, let kernel, let bias):
        convolution.apply(
          input: x, kernel: parameters + kernel.lowerBound, bias: weights(bias), output: y,
          positions: positions[index],
          statistics: node.normalization.flatMap { kept[$0] }.map { $0.base + 2 * node.channels })
      case .transposedConvolution(let geometry, let kernel, let bias):
        convolutionInputGradient(
          geometry, outputGradient: x, kernel: parameters + kernel.lowerBound, result: y)
        if let bias = weights(bias) { addToChannels(bias, y, node) }
      case .dense(let kernel, let bias):
        denseByParts(
          rows: node.pixels, inputs: kernel.count / node.channels, units: node.channels, input: x,
          kernel: parameters + kernel.lowerBound, bias: weights(bias), output: y)
      case .batchNormalization(let ranges, let epsilon, let momentum, let usesBatch):
        guard let kept = kept[index]?.base else { continue }
        let deviation = kept + node.channels
        let (mean, variance) = (parameters + ranges.mean.lowerBound, parameters + ranges.variance.lowerBound)
        if usesBatch {
          if nodes[node.inputs[0]].normalization == index {
            batchStatistics(
              ofSamples: kept + 2 * node.channels, samples: node.shape[0],
              pixels: node.pixels / node.shape[0],
              channels: node.channels, epsilon: epsilon, mean: kept, deviation: deviation)
          } else {
            batchStatistics(
              pixels: node.pixels, channels: node.channels, epsilon: epsilon, input: x, mean: kept,
              deviation: deviation)
          }
          if node.keepsValue { normalize(node, index, ranges, parameters, rectifies: node.rectifies, to: y) }
          for c in 0..<node.channels {
            let found = deviation[c] * deviation[c] - epsilon
            mean[c] = mean[c] * momentum + kept[c] * (1 - momentum)
            variance[c] = variance[c] * momentum + found * (1 - momentum)
          }
        } else {
          let (gamma, beta) = (weights(ranges.gamma), weights(ranges.beta))
          for c in 0..<node.channels {
            kept[c] = mean[c]
            deviation[c] = (variance[c] + epsilon).squareRoot()
          }
          scale(x, y, node, { (gamma?[$0] ?? 1) / deviation[$0] }) { (beta?[$0] ?? 0) - mean[$0] * $1 }
          if node.rectifies {
            eachRun(of: count) { range in
              keepWherePositive(
                range.count, y + range.lowerBound, y + range.lowerBound, to: y + range.lowerBound)
            }
          }
        }
      case .channelScale(let gamma, let beta):
        let (gamma, beta) = (weights(gamma), weights(beta))
        scale(x, y, node, { gamma?[$0] ?? 1 }) { channel, _ in beta?[channel] ?? 0 }
      case .rescaling(let factor, let offset):
        scale(x, y, node, { factor.count == 1 ? factor[0] : factor[$0] }) { channel, _ in
          offset.count == 1 ? offset[0] : offset[channel]
        }
      case .activation(let activation, let slopes):
        let slopes = weights(slopes)
        parallelFor(node.pixels, grain: max(1, 16_384 / max(1, node.channels))) { range in
          let (first, length) = (range.lowerBound * node.channels, range.count * node.channels)
          if !node.isInPlace { (y + first).update(from: x + first, count: length) }
          activation.apply(to: y + first, pixels: range.count, channels: node.channels, slopes: slopes)
        }
      case .maximumPooling(let geometry):
        if let positions = positions[index] {
          poolMaximum(geometry, input: x, output: y, positions: positions)
        } else {
          poolMaximum(
            geometry, input: Pixels(x, stride: geometry.channels),
            output: MutablePixels(y, stride: geometry.channels))
        }
      case .averagePooling(let geometry, let countsPadding):
        poolAverage(
          geometry, countsPadding: countsPadding, input: Pixels(x, stride: geometry.channels),
          output: MutablePixels(y, stride: geometry.channels))
      case .maximumUnpooling(let pooling):
        guard let positions = positions[pooling], let g = nodes[pooling].maximumPooling else { continue }
        unpoolMaximum(
          batch: g.batch, inputPixels: g.rows.output * g.columns.output,
          outputPixels: g.rows.input * g.columns.input, channels: g.channels, input: x, positions: positions,
          output: y)
      case .upSampling(let factor):
        let shape = nodes[node.inputs[0]].shape
        upsampleNearest(
          batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], factor: factor, input: x,
          output: y)
      case .margins(let margins):
        copyWithMargins(x, nodes[node.inputs[0]].shape, margins, y, node.shape)
      case .dropout(let rate, let salt):
        guard let factors = kept[index]?.base else { continue }
        drawDropout(rate, count, seed: seed &+ salt &* 0x9E37_79B9_7F4A_7C15, to: factors)
        eachRun(of: count) { range in for i in range { y[i] = x[i] * factors[i] } }
      case .copy: y.update(from: x, count: count)
      case .sum:
        if let term = node.normalizes,
          case .batchNormalization(let ranges, _, _, _) = nodes[term].computation
        {
          let other = node.inputs.first { $0 != term }.map { UnsafePointer(value($0)) }
          normalize(
            nodes[term], term, ranges, parameters, residual: other, rectifies: node.rectifies, to: y)
          continue
        }
        let terms = node.inputs.map { UnsafePointer(value($0)) }
        let low: Float = node.rectifies ? 0 : -.infinity
        eachRun(of: count) { range in
          for i in range {
            var sum: Float = 0
            for term in terms { sum += term[i] }
            // Written so that NaN stays NaN.
            y[i] = sum < low ? low : sum
          }
        }
      case .elementwise(let kind):
        combine(
          kind, node.inputs.map { (UnsafePointer(value($0)), nodes[$0].shape) }, into: y, node.shape,
          grain: max(1, 16_384 / max(1, node.channels)))
      case .padding(let margins, let boundary):
        pad(x, nodes[node.inputs[0]].shape, margins, boundary, y, node.shape)
      case .resampling(let taps):
        taps.apply(batch: node.shape[0], channels: node.channels, input: x, output: y)
      case .localResponse(let l):
        normaliseLocalResponse(
          pixels: node.pixels, channels: node.channels, size: l.size, alpha: l.alpha, beta: l.beta,
          bias: l.bias, input: x, output: y)
      case .standardization(let axes, let epsilon):
        standardiseAxes(axes, epsilon: epsilon, input: x, node.shape, output: y)
      case .reduction(let kind, let axes):
        reduceAxes(kind, axes, input: x, nodes[node.inputs[0]].shape, output: y)
      case .constant(let range): y.update(from: parameters + range.lowerBound, count: count)
      case .transpose(let order): transposeAxes(x, nodes[node.inputs[0]].shape, order, y, node.shape)
      case .slice(let axis, let first):
        sliceAlong(axis, from: first, x, nodes[node.inputs[0]].shape, y, node.shape)
      case .join(let axis):
        joinAlong(
          axis, node.inputs.map { (UnsafePointer(value($0)), nodes[$0].shape) }, into: y, node.shape)
      case .channelWindow(let offset):
        copyChannels(
          x, nodes[node.inputs[0]].channels, from: offset, to: y, node.channels, pixels: node.pixels)
      case .matrixProduct:
        let (a, b) = (node.inputs[0], node.inputs[1])
        MatrixProducts(nodes[a].shape, nodes[b].shape, node.shape).multiply(x, value(b), into: y)
      case .concatenation:
        forEachSlice(of: node) { input, offset, channels in
          let source = value(input)
          for pixel in 0..<node.pixels {
            (y + pixel * node.channels + offset).update(from: source + pixel * channels, count: channels)
          }
        }
      }
    }
  }

  /// Normalises by the statistics found; `index` is the batch normalisation's.
  private func normalize(
    _ node: TrainingNode, _ index: Int, _ ranges: TrainingNode.NormalizationRanges,
    _ parameters: UnsafePointer<Float>, residual: UnsafePointer<Float>? = nil, rectifies: Bool,
    to output: UnsafeMutablePointer<Float>
  ) {
    guard let kept = kept[index]?.base else { return }
    normalizeBatch(
      pixels: node.pixels, channels: node.channels, gamma: ranges.gamma.map { parameters + $0.lowerBound },
      beta: ranges.beta.map { parameters + $0.lowerBound }, mean: kept, deviation: kept + node.channels,
      residual: residual, rectifies: rectifies, input: value(node.inputs[0]), output: output)
  }

  /// The inputs of a concatenation, with the channel each starts at and the number of its channels.
  func forEachSlice(of node: TrainingNode, _ body: (_ input: Int, _ offset: Int, _ channels: Int) -> Void) {
    var offset = 0
    for input in node.inputs {
      body(input, offset, nodes[input].channels)
      offset += nodes[input].channels
    }
  }
}

/// Channel `c` of each pixel becomes channel `c + offset` of the source, 0 where there is none.
func copyChannels(
  _ x: UnsafePointer<Float>, _ channels: Int, from offset: Int, to y: UnsafeMutablePointer<Float>,
  _ width: Int,
  pixels: Int
) {
  let first = min(width, max(0, -offset))
  let end = max(first, min(width, channels - offset))
  parallelFor(pixels, grain: max(1, 16_384 / max(1, width))) { range in
    for pixel in range {
      let target = y + pixel * width
      target.update(repeating: 0, count: first)
      (target + first).update(from: x + pixel * channels + first + offset, count: end - first)
      (target + end).update(repeating: 0, count: width - end)
    }
  }
}

private func addToChannels(
  _ bias: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ node: TrainingNode
) {
  parallelFor(node.pixels, grain: max(1, 16_384 / max(1, node.channels))) { range in
    for pixel in range {
      let row = y + pixel * node.channels
      for c in 0..<node.channels { row[c] += bias[c] }
    }
  }
}

/// `y = x * factor[c] + offset[c]`.
private func scale(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ node: TrainingNode, _ factor: (Int) -> Float,
  _ offset: (_ channel: Int, _ factor: Float) -> Float
) {
  let factors = (0..<node.channels).map(factor)
  let offsets = (0..<node.channels).map { offset($0, factors[$0]) }
  scaleChannels(
    pixels: node.pixels, channels: node.channels, scale: factors, offset: offsets,
    input: Pixels(x, stride: node.channels), output: MutablePixels(y, stride: node.channels))
}

/// Factors 0 with probability `rate`, else `1 / (1 - rate)`: dropout scaled at training time, as in Keras.
private func drawDropout(_ rate: Float, _ count: Int, seed: UInt64, to factors: UnsafeMutablePointer<Float>) {
  let kept = 1 / max(1 - rate, .leastNormalMagnitude)
  parallelFor(gradientParts) { parts in
    for part in parts {
      var generator = SeededGenerator(seed: seed &+ UInt64(part))
      for index in gradientPart(part, of: count) { factors[index] = generator.uniform() < rate ? 0 : kept }
    }
  }
}
