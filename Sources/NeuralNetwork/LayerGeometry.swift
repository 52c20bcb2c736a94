package import Convolution
package import TensorCore

extension Convolution2D {
  package func geometry(for input: Shape) -> ConvolutionGeometry? {
    ConvolutionGeometry(
      input: input, outputChannels: filters, kernelSize: kernelSize, stride: stride, dilation: dilation,
      groups: groups, padding: padding)
  }
}

extension TransposedConvolution2D {
  package func geometry(for input: Shape) -> TransposedGeometry? {
    TransposedGeometry(
      input: input, outputChannels: filters, kernelSize: kernelSize, stride: stride, dilation: dilation,
      padding: padding, outputPadding: outputPadding, groups: groups)
  }
}

extension DepthwiseConvolution2D {
  package func geometry(for input: Shape) -> ConvolutionGeometry? {
    guard input.rank == 4 else { return nil }
    return ConvolutionGeometry(
      input: input, outputChannels: input[3] * depthMultiplier, kernelSize: kernelSize, stride: stride,
      dilation: dilation, groups: input[3], padding: padding)
  }
}

extension SeparableConvolution2D {
  /// The 1x1 convolution over what the depthwise one makes.
  package func pointwiseGeometry(for middle: Shape) -> ConvolutionGeometry? {
    ConvolutionGeometry(input: middle, outputChannels: filters, kernelSize: 1)
  }
}

extension Pooling {
  package func geometry(for input: Shape) -> PoolingGeometry? {
    PoolingGeometry(
      input: input, size: size, stride: stride, dilation: dilation, padding: padding,
      roundsUp: rounding == .up)
  }
}
