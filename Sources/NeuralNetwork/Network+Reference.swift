import Convolution
package import TensorCore

extension Network {
  /// Every layer's output by the naive references, layer by layer, nothing fused: what the compiled path is tested against.
  package func referenceActivations(for x: Tensor) throws(NetworkError) -> [String: Tensor] {
    var values: [String: Tensor] = [:]
    var positions: [String: [Int]] = [:]
    let shapes = try graph.shapes(for: graph.declaredInputs(or: x.shape))
    for layer in graph.layers {
      let inputs = layer.inputs.compactMap { values[$0] }
      guard let shape = shapes[layer.name] else { continue }
      switch layer.operation {
      case .input:
        values[layer.name] = x
        continue
      case .constant:
        values[layer.name] = weight(.value, of: layer)
        continue
      default: break
      }
      let linear = referenceOutput(of: layer, inputs, shape, &positions)
      let activation = layer.operation.ownActivation
      values[layer.name] =
        activation == .linear ? linear : activation.reference(linear, slopes: weight(.slope, of: layer))
      if layer.operation.mayCarryActivation { values[layer.name + ":linear"] = linear }
    }
    return values
  }

  private func referenceOutput(
    of layer: Layer, _ inputs: [Tensor], _ shape: Shape, _ positions: inout [String: [Int]]
  ) -> Tensor {
    let x = inputs[0]
    let bias = weight(.bias, of: layer)
    let kernel = weight(.kernel, of: layer) ?? x
    func built<Value>(_ value: Value?) -> Value {
      guard let value else { preconditionFailure("layer '\(layer.name)' was not checked") }
      return value
    }
    switch layer.operation {
    case .input, .constant, .dropout, .identity: return x
    case .convolution(let c):
      return referenceConvolution(x, kernel: kernel, bias: bias, built(c.geometry(for: x.shape)))
    case .depthwiseConvolution(let c):
      return referenceDepthwiseConvolution(x, kernel: kernel, bias: bias, built(c.geometry(for: x.shape)))
    case .separableConvolution(let c):
      let middle = referenceDepthwiseConvolution(
        x, kernel: kernel, bias: nil, built(c.depthwise.geometry(for: x.shape)))
      return referenceConvolution(
        middle, kernel: built(weight(.pointwiseKernel, of: layer)), bias: bias,
        built(c.pointwiseGeometry(for: middle.shape)))
    case .transposedConvolution(let c):
      return referenceTransposedConvolution(x, kernel: kernel, bias: bias, built(c.geometry(for: x.shape)))
    case .dense: return referenceDense(x, kernel: kernel, bias: bias)
    case .batchNormalization(let b):
      let (gamma, beta) = (weight(.gamma, of: layer)?.scalars, weight(.beta, of: layer)?.scalars)
      let mean = built(weight(.movingMean, of: layer)).scalars
      let variance = built(weight(.movingVariance, of: layer)).scalars
      return x.mappingChannels { value, c in
        let standard = (value - Double(mean[c])) / (Double(variance[c]) + Double(b.epsilon)).squareRoot()
        return standard * Double(gamma?[c] ?? 1) + Double(beta?[c] ?? 0)
      }
    case .channelScale: return scaled(x, by: layer)
    case .rescaling(let scale, let offset):
      return x.mappingChannels {
        $0 * Double(scale.count == 1 ? scale[0] : scale[$1])
          + Double(offset.count == 1 ? offset[0] : offset[$1])
      }
    case .localResponseNormalization(let l):
      return referenceLocalResponse(x, size: l.size, alpha: l.alpha, beta: l.beta, bias: l.bias)
    case .instanceNormalization(let epsilon):
      return referenceInstanceNormalisation(
        x, epsilon: epsilon, gamma: built(weight(.gamma, of: layer)), beta: built(weight(.beta, of: layer)))
    case .groupNormalization(let g):
      let (seen, axes) = g.grouped(x.shape)
      let standard = referenceStandardisation(axes, epsilon: g.epsilon, x.reshaped(seen)).reshaped(shape)
      return scaled(standard, by: layer)
    case .layerNormalization(let l):
      return scaled(referenceStandardisation([x.shape.rank - 1], epsilon: l.epsilon, x), by: layer)
    case .depthToSpace(let side, let order): return x.blocks(to: shape, side: side, order)
    case .spaceToDepth(let side, let order): return x.channels(ofBlocksTo: shape, side: side, order)
    case .standardization(let axes, let epsilon): return referenceStandardisation(axes, epsilon: epsilon, x)
    case .reduction(let kind, let axes, _): return referenceReduction(kind, axes, x).reshaped(shape)
    case .resizing(let resizing): return built(referenceResizing(resizing, x))
    case .padding(let m, let boundary): return x.padded(to: shape, top: m.top, left: m.left, boundary)
    case .activation(let activation):
      return activation.reference(x, slopes: weight(.slope, of: layer))
    case .pooling(let p):
      let geometry = built(p.geometry(for: x.shape))
      guard p.kind == .maximum else {
        return referenceAveragePooling(x, geometry, countsPadding: p.countsPadding)
      }
      let (result, places) = referenceMaximumPooling(x, geometry)
      positions[layer.name] = places
      return result
    case .globalPooling(.average, _):
      return referenceAdaptiveAveragePooling(x, to: 1).reshaped(shape)
    case .globalPooling(.maximum, _):
      let size = Extent(height: x.shape[1], width: x.shape[2])
      return referenceMaximumPooling(
        x, built(Pooling(.maximum, size: size, stride: 1).geometry(for: x.shape))
      )
      .values.reshaped(shape)
    case .adaptiveAveragePooling(let size):
      return referenceAdaptiveAveragePooling(x, to: size)
    case .maxUnpooling(let pooling):
      return x.unpooled(to: shape, built(positions[pooling]))
    case .upSampling(let factor, let interpolation):
      return referenceUpSampling(x, by: factor, bilinear: interpolation == .bilinear)
    case .flatten(.channelsFirst) where x.shape.rank == 4: return x.transposed([0, 3, 1, 2]).reshaped(shape)
    case .reshape(_, .channelsFirst):
      let planes = x.shape.rank == 4 ? x.transposed([0, 3, 1, 2]) : x
      guard shape.rank == 4 else { return planes.reshaped(shape) }
      return planes.reshaped([shape[0], shape[3], shape[1], shape[2]]).transposed([0, 2, 3, 1])
    case .flatten, .reshape: return x.reshaped(shape)
    case .zeroPadding(let m):
      return x.shifted(to: shape, top: m.top, left: m.left)
    case .cropping(let m):
      return x.shifted(to: shape, top: -m.top, left: -m.left)
    case .add: return .combining(inputs, to: shape) { $0.reduce(0, +) }
    case .subtract: return .combining(inputs, to: shape) { $0[0] - $0[1] }
    case .multiply: return .combining(inputs, to: shape) { $0.reduce(1, *) }
    case .divide: return .combining(inputs, to: shape) { $0[0] / $0[1] }
    case .average: return .combining(inputs, to: shape) { $0.reduce(0, +) / Float(inputs.count) }
    case .minimum: return .combining(inputs, to: shape) { $0.min() ?? 0 }
    case .maximum: return .combining(inputs, to: shape) { $0.max() ?? 0 }
    case .matrixProduct: return referenceMatrixProduct(x, inputs[1], to: shape)
    case .concatenate: return .joining(inputs, axis: x.shape.rank - 1, to: shape)
    case .join(let axis): return .joining(inputs, axis: axis, to: shape)
    case .channels(let range): return x.sliced(axis: x.shape.rank - 1, from: range.lowerBound, to: shape)
    case .slice(let axis, let range): return x.sliced(axis: axis, from: range.lowerBound, to: shape)
    case .permute(let order): return x.transposed(order)
    case .channelPadding(let before, let after):
      let (scalars, all) = (x.scalars, x.shape[-1])
      return Tensor(
        stride(from: 0, to: scalars.count, by: all).flatMap {
          [Float](repeating: 0, count: before) + scalars[$0..<$0 + all] + [Float](repeating: 0, count: after)
        },
        shape: shape)
    }
  }
}

extension Network {
  /// Each channel times the layer's `gamma` plus its `beta`.
  private func scaled(_ x: Tensor, by layer: Layer) -> Tensor {
    let (gamma, beta) = (weight(.gamma, of: layer)?.scalars, weight(.beta, of: layer)?.scalars)
    return x.mappingChannels { $0 * Double(gamma?[$1] ?? 1) + Double(beta?[$1] ?? 0) }
  }
}

extension Tensor {
  /// The channel of a block's pixel, of `channels` that each pixel has.
  private static func channel(_ c: Int, _ y: Int, _ x: Int, side: Int, of channels: Int, _ order: BlockOrder)
    -> Int
  {
    order == .pixelsFirst ? (y * side + x) * channels + c : (c * side + y) * side + x
  }

  fileprivate func blocks(to result: Shape, side: Int, _ order: BlockOrder) -> Tensor {
    let scalars = scalars
    return Tensor(
      Self.places(in: result).map { place in
        let c = Self.channel(
          place[3], place[1] % side, place[2] % side, side: side, of: result[3], order)
        return scalars[((place[0] * shape[1] + place[1] / side) * shape[2] + place[2] / side) * shape[3] + c]
      }, shape: result)
  }

  fileprivate func channels(ofBlocksTo result: Shape, side: Int, _ order: BlockOrder) -> Tensor {
    var output = [Float](repeating: 0, count: result.count)
    for (value, place) in zip(scalars, Self.places(in: shape)) {
      let c = Self.channel(place[3], place[1] % side, place[2] % side, side: side, of: shape[3], order)
      output[((place[0] * result[1] + place[1] / side) * result[2] + place[2] / side) * result[3] + c] = value
    }
    return Tensor(output, shape: result)
  }

  fileprivate func mappingChannels(_ function: (Double, Int) -> Double) -> Tensor {
    let scalars = scalars
    return Tensor(
      scalars.indices.map { Float(function(Double(scalars[$0]), $0 % shape[-1])) }, shape: shape)
  }

  /// The picture moved down and right on a canvas of zeros of another size.
  fileprivate func shifted(to result: Shape, top: Int, left: Int) -> Tensor {
    var output = Tensor(repeating: 0, shape: result)
    let scalars = scalars
    output.withUnsafeMutableScalars { output in
      for (index, value) in scalars.enumerated() {
        let (c, x) = (index % shape[3], index / shape[3] % shape[2] + left)
        let (y, n) = (index / shape[3] / shape[2] % shape[1] + top, index / shape[3] / shape[2] / shape[1])
        guard y >= 0, y < result[1], x >= 0, x < result[2] else { continue }
        output[((n * result[1] + y) * result[2] + x) * result[3] + c] = value
      }
    }
    return output
  }

  /// The picture on a larger or smaller canvas, what lies outside it by the boundary's rule.
  fileprivate func padded(to result: Shape, top: Int, left: Int, _ boundary: Boundary) -> Tensor {
    var outside: Float = 0
    if case .constant(let value) = boundary { outside = value }
    let scalars = scalars
    return Tensor(
      Self.places(in: result).map { place in
        guard let y = boundary.source(of: place[1] - top, count: shape[1]),
          let x = boundary.source(of: place[2] - left, count: shape[2])
        else { return outside }
        return scalars[((place[0] * shape[1] + y) * shape[2] + x) * shape[3] + place[3]]
      }, shape: result)
  }

  fileprivate func unpooled(to result: Shape, _ positions: [Int]) -> Tensor {
    var output = [Float](repeating: 0, count: result.count)
    let pixels = result[1] * result[2]
    for (index, value) in scalars.enumerated() {
      let sample = index / (shape[1] * shape[2] * shape[3])
      output[(sample * pixels + positions[index]) * shape[3] + index % shape[3]] = value
    }
    return Tensor(output, shape: result)
  }

  /// The places of the scalars of a tensor of this shape, in order, each as an index an axis.
  private static func places(in shape: Shape) -> [[Int]] {
    (0..<shape.count).map { index in (0..<shape.rank).map { index / shape.strides[$0] % shape[$0] } }
  }

  fileprivate static func joining(_ inputs: [Tensor], axis: Int, to shape: Shape) -> Tensor {
    let parts = inputs.map { ($0.scalars, $0.shape) }
    return Tensor(
      places(in: shape).map { place in
        var (place, part) = (place, 0)
        while place[axis] >= parts[part].1[axis] {
          place[axis] -= parts[part].1[axis]
          part += 1
        }
        return parts[part].0[zip(place, parts[part].1.strides).reduce(0) { $0 + $1.0 * $1.1 }]
      }, shape: shape)
  }

  fileprivate func sliced(axis: Int, from first: Int, to result: Shape) -> Tensor {
    let (scalars, strides) = (scalars, shape.strides)
    return Tensor(
      Self.places(in: result).map { place in
        scalars[zip(place, strides).reduce(first * strides[axis]) { $0 + $1.0 * $1.1 }]
      }, shape: result)
  }

  /// Element by element, extents of 1 repeated.
  fileprivate static func combining(
    _ inputs: [Tensor], to shape: Shape, _ function: ([Float]) -> Float
  ) -> Tensor {
    let parts = inputs.map { ($0.scalars, $0.shape) }
    let values = (0..<shape.count).map { index in
      function(
        parts.map { scalars, part in
          var offset = 0
          for axis in 0..<shape.rank where part[axis] > 1 {
            offset += index / shape.strides[axis] % shape[axis] * part.strides[axis]
          }
          return scalars[offset]
        })
    }
    return Tensor(values, shape: shape)
  }
}
