import Convolution
import TensorCore

/// A value as a step reads it.
struct Source {
  let pixels: Pixels
  let shape: Shape
  /// It lies where the step's value does, or the part of that which it becomes: nothing to copy.
  var isInPlace = false
}

extension Step {
  /// Computes the value into `output`, reading those of `inputs`, which lie at the pointers given in the same order.
  ///
  /// `positions` is where a pooling keeps, or an unpooling reads, the places of maxima.
  func run(
    reading sources: [Source], into output: MutablePixels, positions: UnsafeMutablePointer<UInt32>?
  ) {
    slopes.withPointer { slopes in
      let epilogue: Epilogue? =
        activation == .linear
        ? nil : { activation.apply(to: $0, pixels: $1, channels: channels, slopes: slopes) }
      compute(sources, output, positions, epilogue)
    }
  }

  private func compute(
    _ sources: [Source], _ target: MutablePixels, _ positions: UnsafeMutablePointer<UInt32>?,
    _ epilogue: Epilogue?
  ) {
    if case .constant(let value) = computation {
      return value.withPointer { target.start.update(from: $0, count: shape.count) }
    }
    guard let source = sources.first else { return }
    // For steps that take whole values only, which lie with their pixels side by side.
    let (input, from, output) = (source.pixels.start, source.shape, target.start)
    switch computation {
    case .input, .constant, .view: break
    case .convolution(let geometry, let kernel, let bias):
      runPrepared(PreparedConvolution(geometry, kernel: kernel, bias: bias), sources, target, epilogue)
    case .prepared(let convolution):
      runPrepared(convolution, sources, target, epilogue)
    case .transposedConvolution(let geometry, let kernel, let bias):
      kernel.withPointer { kernel in
        bias.withPointer { bias in
          convolveTransposed(
            geometry, input: input, kernel: kernel, bias: bias, output: output, epilogue: epilogue)
        }
      }
    case .dense(let kernel, let bias):
      kernel.withPointer { weights in
        bias.withPointer { bias in
          denseProduct(
            rows: pixels, inputs: kernel.shape[0], units: kernel.shape[1], input: input, kernel: weights,
            bias: bias, output: output, epilogue: epilogue)
        }
      }
    case .affine(let scale, let offset):
      scale.withPointer { scale in
        offset.withPointer { offset in
          scaleChannels(
            pixels: pixels, channels: channels, scale: scale, offset: offset, input: source.pixels,
            output: target, finish: Finish(activation))
          if !activation.isStored { runEpilogue(epilogue, output) }
        }
      }
    case .activation:
      parallelFor(pixels, grain: grain) { range in
        let target = output + range.lowerBound * channels
        if output != input {
          target.update(from: input + range.lowerBound * channels, count: range.count * channels)
        }
        epilogue?(target, range.count)
      }
    case .localResponse(let l):
      normaliseLocalResponse(
        pixels: pixels, channels: channels, size: l.size, alpha: l.alpha, beta: l.beta, bias: l.bias,
        input: input, output: output)
    case .instanceNormalization(let epsilon, let gamma, let beta):
      gamma.withPointer { gamma in
        beta.withPointer { beta in
          normaliseInstances(
            batch: shape[0], pixels: shape[1] * shape[2], channels: channels, epsilon: epsilon, gamma: gamma,
            beta: beta, input: input, output: output)
        }
      }
    case .pixelNormalization(let epsilon, let scale, let offset):
      scale.withPointer { scale in
        offset.withPointer { offset in
          standardisePixels(
            pixels: pixels, channels: channels, epsilon: epsilon, scale: scale, offset: offset, input: input,
            output: output)
        }
      }
    case .standardization([from.rank - 1], let epsilon):
      standardisePixels(
        pixels: pixels, channels: channels, epsilon: epsilon, scale: nil, offset: nil, input: input,
        output: output)
    case .standardization(let axes, let epsilon):
      standardiseAxes(axes, epsilon: epsilon, input: input, from, output: output)
    case .reduction(let kind, let axes):
      reduceAxes(kind, axes, input: input, from, output: output)
    case .resizing(let resizing):
      resize(resizing, input: input, from, output: output)
    case .maximumPooling(let geometry, _):
      if let positions {
        poolMaximum(geometry, input: input, output: output, positions: positions)
      } else {
        poolMaximum(geometry, input: source.pixels, output: target)
      }
    case .averagePooling(let geometry, let countsPadding):
      poolAverage(geometry, countsPadding: countsPadding, input: source.pixels, output: target)
    case .globalMaximum:
      poolGlobalMaximum(
        batch: from[0], pixels: from[1] * from[2], channels: from[3], input: input, output: output)
    case .adaptiveAverage(let size):
      poolAdaptiveAverage(
        batch: from[0], height: from[1], width: from[2], channels: from[3], to: size, input: source.pixels,
        output: output)
    case .maximumUnpooling:
      guard let positions else { return }
      unpoolMaximum(
        batch: from[0], inputPixels: from[1] * from[2], outputPixels: shape[1] * shape[2], channels: channels,
        input: input, positions: positions, output: output)
    case .upSampling(let factor, .nearest):
      upsampleNearest(
        batch: from[0], height: from[1], width: from[2], channels: from[3], factor: factor, input: input,
        output: output)
    case .upSampling(let factor, .bilinear):
      upsampleBilinear(
        batch: from[0], height: from[1], width: from[2], channels: from[3], factor: factor, input: input,
        output: output)
    case .transpose(let order):
      transposeAxes(input, from, order, output, shape)
    case .rearrangement(let seen, let order):
      transposeAxes(input, seen, order, output, Shape(order.map { seen[$0] }))
    case .interleaving(let parts):
      let each = channels / parts
      let places =
        sources.count == parts
        ? sources.map(\.pixels)
        : (0..<parts).map { Pixels(source.pixels.start + $0 * each, stride: source.pixels.stride) }
      interleaveChannels(places, pixels: pixels, channels: each, output: target)
    case .margins(let margins):
      copyWithMargins(input, from, margins, output, shape)
    case .padding(let margins, let boundary):
      pad(input, from, margins, boundary, output, shape)
    case .channelGates:
      scaleChannels(
        batch: shape[0], pixels: shape[1] * shape[2], channels: channels, scale: sources[1].pixels.start,
        input: source.pixels, output: target, finish: Finish(activation))
      if !activation.isStored { runEpilogue(epilogue, output) }
    case .elementwise(let kind):
      combine(kind, sources.map { ($0.pixels.start, $0.shape) }, into: output, shape, grain: grain, epilogue)
    case .matrixProduct:
      MatrixProducts(from, sources[1].shape, shape).multiply(input, sources[1].pixels.start, into: output)
    case .concatenation:
      concatenate(sources, into: target, pixels: pixels)
    case .join(let axis):
      joinAlong(axis, sources.map { ($0.pixels.start, $0.shape) }, into: output, shape)
    case .slice(let axis, let first):
      sliceAlong(axis, from: first, input, from, output, shape)
    case .channels(let range):
      guard !source.isInPlace else { return }
      parallelFor(pixels, grain: grain) { rows in
        for row in rows {
          (output + row * range.count).update(
            from: input + row * source.pixels.stride + range.lowerBound, count: range.count)
        }
      }
    case .channelPadding(let before):
      let inner = from[-1]
      parallelFor(pixels, grain: grain) { rows in
        for row in rows {
          let target = output + row * channels
          target.update(repeating: 0, count: before)
          (target + before).update(from: input + row * inner, count: inner)
          (target + before + inner).update(repeating: 0, count: channels - before - inner)
        }
      }
    }
  }

  /// Activations are part of the store where they can be; others pass over the result.
  private func runPrepared(
    _ convolution: PreparedConvolution, _ sources: [Source], _ output: MutablePixels, _ epilogue: Epilogue?
  ) {
    convolution.apply(
      to: sources[0].pixels, gates: isGated ? sources.last?.pixels : nil, into: output,
      finish: Finish(residual: residual == nil ? nil : sources[1].pixels, activation))
    if !activation.isStored { runEpilogue(epilogue, output.start) }
  }

  private func runEpilogue(_ epilogue: Epilogue?, _ output: UnsafeMutablePointer<Float>) {
    guard let epilogue else { return }
    parallelFor(pixels, grain: grain) { epilogue(output + $0.lowerBound * channels, $0.count) }
  }

  /// So many pixels that handing them to another thread pays.
  private var grain: Int { max(1, 16_384 / max(1, channels)) }
}

extension Tensor {
  /// Lends the address of the first scalar; a tensor is never without memory.
  func withPointer<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return body(UnsafePointer(storage.base))
  }
}

extension Tensor? {
  func withPointer<Result>(_ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let tensor = self else { return body(nil) }
    return tensor.withPointer { body($0) }
  }
}
