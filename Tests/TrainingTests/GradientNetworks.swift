import Convolution
import NeuralNetwork

extension GradientTests {
  /// By the names of the cases in `Scripts/fixtures/gradients.py`; together they hold every kind of layer with a gradient.
  static let networks: [String: [Layer]] = [
    "convolutions": [
      Layer("input", .input(InputShape(height: 9, width: 8, channels: 3))),
      Layer(
        "strided",
        .convolution(
          .init(filters: 8, kernelSize: 3, stride: 2, padding: .explicit(Margins(1)), activation: .relu)),
        from: "input"),
      Layer(
        "grouped",
        .convolution(
          .init(
            filters: 8, kernelSize: 3, dilation: 2, groups: 2, padding: .explicit(Margins(2)),
            activation: .sigmoid)),
        from: "strided"),
      Layer(
        "depthwise",
        .depthwiseConvolution(
          .init(depthMultiplier: 2, kernelSize: 3, padding: .explicit(Margins(1)), activation: .tanh)),
        from: "grouped"),
      Layer(
        "row",
        .convolution(
          .init(
            filters: 6, kernelSize: Extent(height: 1, width: 3),
            padding: .explicit(Margins(top: 0, bottom: 0, left: 1, right: 1)), activation: .swish)),
        from: "depthwise"),
      Layer("mean", .globalPooling(.average, keepsAxes: false), from: "row"),
      Layer("dense", .dense(.init(units: 5, activation: .softmax)), from: "mean"),
    ],
    "pools": [
      Layer("input", .input(InputShape(height: 8, width: 8, channels: 2))),
      Layer(
        "conv", .convolution(.init(filters: 6, kernelSize: 3, padding: .same, usesBias: false)), from: "input"
      ),
      Layer("bn", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv"),
      Layer("relu", .activation(.relu), from: "bn"),
      Layer("max", .pooling(.init(.maximum, size: 2, stride: 2)), from: "relu"),
      Layer("elu", .activation(.elu(alpha: 1)), from: "max"),
      Layer(
        "average",
        .pooling(.init(.average, size: 3, stride: 2, padding: .explicit(Margins(1)), countsPadding: true)),
        from: "relu"),
      Layer("gelu", .activation(.gelu(tanhApproximation: false)), from: "average"),
      Layer("sum", .add, from: "elu", "gelu"),
      Layer("product", .multiply, from: "elu", "gelu"),
      Layer("joined", .concatenate, from: "sum", "product", "elu"),
      Layer("large", .upSampling(2, .nearest), from: "joined"),
      Layer("pad", .zeroPadding(Margins(top: 2, bottom: 1, left: 1, right: 0)), from: "large"),
      Layer("last", .convolution(.init(filters: 4, kernelSize: 2, activation: .softplus)), from: "pad"),
      Layer("highest", .globalPooling(.maximum, keepsAxes: false), from: "last"),
      Layer("dropout", .dropout(rate: 0), from: "highest"),
      Layer("dense", .dense(.init(units: 3)), from: "dropout"),
    ],
    "decoder": [
      Layer("input", .input(InputShape(height: 8, width: 6, channels: 1))),
      Layer(
        "encode",
        .convolution(.init(filters: 4, kernelSize: 3, padding: .same, activation: .leakyRelu(slope: 0.1))),
        from: "input"),
      Layer("pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: "encode"),
      Layer("code", .convolution(.init(filters: 4, kernelSize: 3, padding: .same)), from: "pool"),
      Layer("slope", .activation(.parametricRelu), from: "code"),
      Layer("unpool", .maxUnpooling(pooling: "pool"), from: "slope"),
      Layer(
        "up",
        .transposedConvolution(
          .init(
            filters: 3, kernelSize: 3, stride: 2, padding: .explicit(Margins(1)), outputPadding: 1,
            activation: .sigmoid)), from: "unpool"),
    ],
    "responses": [
      Layer("input", .input(InputShape(height: 7, width: 6, channels: 3))),
      Layer("conv", .convolution(.init(filters: 7, kernelSize: 3, padding: .same)), from: "input"),
      Layer(
        "local",
        .localResponseNormalization(.init(size: 5, alpha: 0.3, beta: 0.75, bias: 1.5)), from: "conv"),
      Layer(
        "steep", .localResponseNormalization(.init(size: 3, alpha: 0.2, beta: 1.3, bias: 1)), from: "local"),
      Layer("instance", .instanceNormalization(epsilon: 1e-2), from: "steep"),
      Layer("large", .upSampling(2, .bilinear), from: "instance"),
      Layer("bent", .activation(.swish), from: "large"),
      Layer("windows", .adaptiveAveragePooling(Extent(height: 3, width: 5)), from: "bent"),
      Layer(
        "cubic",
        .resizing(Resizing(to: .size(Extent(height: 4, width: 7)), .cubic(a: -0.75), .halfPixel)),
        from: "windows"),
      Layer("layer", .standardization(axes: [1, 2, 3], epsilon: 1e-3), from: "cubic"),
      Layer("flat", .flatten(.channelsFirst), from: "layer"),
      Layer("dense", .dense(.init(units: 3)), from: "flat"),
    ],
    "residual": [
      Layer("input", .input(InputShape(height: 8, width: 7, channels: 3))),
      Layer(
        "conv0",
        .convolution(
          .init(
            filters: 4, kernelSize: 3, padding: .explicit(Margins(1)), usesBias: false)), from: "input"),
      Layer("bn0", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv0"),
      Layer("relu0", .activation(.relu), from: "bn0"),
      Layer(
        "conv1",
        .convolution(
          .init(
            filters: 4, kernelSize: 3, padding: .explicit(Margins(1)), usesBias: false)), from: "relu0"),
      Layer("bn1", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv1"),
      Layer("relu1", .activation(.relu), from: "bn1"),
      Layer(
        "conv2",
        .convolution(
          .init(
            filters: 4, kernelSize: 3, padding: .explicit(Margins(1)), usesBias: false)), from: "relu1"),
      Layer("bn2", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv2"),
      Layer("sum1", .add, from: "bn2", "relu0"),
      Layer("block1", .activation(.relu), from: "sum1"),
      Layer(
        "conv3",
        .convolution(
          .init(
            filters: 6, kernelSize: 3, stride: 2, padding: .explicit(Margins(1)), usesBias: false)),
        from: "block1"),
      Layer("bn3", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv3"),
      Layer("relu3", .activation(.relu), from: "bn3"),
      Layer(
        "conv4",
        .convolution(
          .init(
            filters: 6, kernelSize: 3, padding: .explicit(Margins(1)), usesBias: false)), from: "relu3"),
      Layer("bn4", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv4"),
      Layer("half", .pooling(.init(.maximum, size: 1, stride: 2)), from: "block1"),
      Layer("pad", .channelPadding(before: 1, after: 1), from: "half"),
      Layer("sum2", .add, from: "bn4", "pad"),
      Layer("block2", .activation(.relu), from: "sum2"),
      Layer(
        "conv5",
        .convolution(
          .init(
            filters: 6, kernelSize: 3, padding: .explicit(Margins(1)), usesBias: false)), from: "block2"),
      Layer("bn5", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv5"),
      Layer("relu5", .activation(.relu), from: "bn5"),
      Layer(
        "conv6",
        .convolution(
          .init(
            filters: 6, kernelSize: 3, padding: .explicit(Margins(1)), usesBias: false)), from: "relu5"),
      Layer("bn6", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "conv6"),
      Layer("sum3", .add, from: "bn6", "block2"),
      Layer("block3", .activation(.relu), from: "sum3"),
      Layer("mean", .globalPooling(.average, keepsAxes: false), from: "block3"),
      Layer("dense", .dense(.init(units: 3)), from: "mean"),
    ],
    "pieces": [
      Layer("input", .input(InputShape(height: 8, width: 6, channels: 2))),
      Layer(
        "conv", .convolution(.init(filters: 4, kernelSize: 3, padding: .same, activation: .softplus)),
        from: "input"),
      Layer("top", .slice(axis: 1, 0..<3), from: "conv"),
      Layer("bottom", .slice(axis: 1, 5..<8), from: "conv"),
      Layer("wide", .join(axis: 2), from: "top", "bottom"),
      Layer("turned", .permute([0, 2, 1, 3]), from: "wide"),
      Layer("second", .convolution(.init(filters: 4, kernelSize: 3, padding: .same)), from: "turned"),
      Layer("larger", .maximum, from: "turned", "second"),
      Layer("smaller", .minimum, from: "turned", "second"),
      Layer("less", .subtract, from: "larger", "smaller"),
      Layer("means", .reduction(.mean, axes: [1, 2], keepsAxes: true), from: "less"),
      Layer("gate", .activation(.sigmoid), from: "means"),
      Layer("gated", .multiply, from: "less", "gate"),
      Layer("quotient", .divide, from: "gated", "turned"),
      Layer("share", .divide, from: "quotient", "gate"),
      Layer("middle", .average, from: "share", "gate", "second"),
      Layer(
        "mirrored", .padding(Margins(top: 2, bottom: 1, left: -1, right: 1), .mirror), from: "middle"),
      Layer(
        "transposed",
        .transposedConvolution(
          .init(
            filters: 2, kernelSize: 1, stride: 2, padding: .explicit(.none), outputPadding: 1,
            activation: .swish)),
        from: "mirrored"),
      Layer("highest", .reduction(.maximum, axes: [1], keepsAxes: false), from: "transposed"),
      Layer("flat", .flatten(.channelsLast), from: "highest"),
      Layer("dense", .dense(.init(units: 3)), from: "flat"),
    ],
    "modern": [
      Layer("input", .input(InputShape(height: 8, width: 6, channels: 3))),
      Layer("conv", .convolution(.init(filters: 4, kernelSize: 3, padding: .same)), from: "input"),
      Layer("group", .groupNormalization(.init(groups: 2, epsilon: 1e-2)), from: "conv"),
      Layer("mish", .activation(.mish), from: "group"),
      Layer("apart", .pooling(.init(.maximum, size: 2, stride: 1, dilation: 2)), from: "mish"),
      Layer("mean", .pooling(.init(.average, size: 2, stride: 1, dilation: 2)), from: "apart"),
      Layer(
        "transposed",
        .transposedConvolution(
          .init(
            filters: 4, kernelSize: 3, stride: 2, dilation: 2, padding: .explicit(Margins(2)),
            outputPadding: 1, activation: .celu(alpha: 0.7))), from: "mean"),
      Layer("layer", .layerNormalization(.init(epsilon: 1e-2)), from: "transposed"),
      Layer("blocks", .depthToSpace(2, .channelsFirst), from: "layer"),
      Layer("channels", .spaceToDepth(2, .pixelsFirst), from: "blocks"),
      Layer("pixels", .reshape([-1, 4], .channelsLast), from: "channels"),
      Layer("turned", .permute([0, 2, 1]), from: "pixels"),
      Layer("product", .matrixProduct, from: "turned", "pixels"),
      Layer("bent", .activation(.tanh), from: "product"),
      Layer("flat", .flatten(.channelsLast), from: "bent"),
      Layer("dense", .dense(.init(units: 3)), from: "flat"),
    ],
  ]
}
