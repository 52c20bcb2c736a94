import Convolution

extension Architecture {
  static let encoderDecoders = [segnet, segnetSmall, autoencoder]

  /// SegNet: an encoder like VGG16's and its mirror image, which un-pools with the encoder's indices.
  ///
  /// Eleven classes of street scenes for each pixel. Layers are called as in the authors' Caffe model.
  public static let segnet = segnet(
    "segnet", .caffe, Preprocessing(height: 360, width: 480, channelOrder: .bgr),
    paper: "Badrinarayanan, Kendall and Cipolla 2015, arXiv:1511.00561", classes: 11,
    stages: [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)])

  /// A SegNet of three stages for the coloured shapes that this project draws: 48x48 pixels, four classes for each.
  public static let segnetSmall = segnet(
    "segnet-small", .keras, Preprocessing(height: 48, width: 48, scale: 1 / 255),
    paper: "after SegNet, made for this project's drawn shapes", classes: 4,
    stages: [(16, 1), (32, 1), (64, 1)], momentum: 0.9)

  private static func segnet(
    _ name: String, _ framework: Framework, _ preprocessing: Preprocessing, paper: String, classes: Int,
    stages: [(filters: Int, convolutions: Int)], momentum: Float = 0.99
  ) -> Architecture {
    Architecture(name, framework, preprocessing, paper: paper, classes: classes) { plan in
      var list = LayerList(input: "data", plan.input)
      func convolve(_ name: String, _ filters: Int, from x: String) -> String {
        list.append(
          name,
          .convolution(.init(filters: plan.channels(filters), kernelSize: 3, padding: .explicit(Margins(1)))),
          from: x)
        let y = list.append(
          "\(name)_bn", .batchNormalization(.init(epsilon: 1e-5, momentum: momentum)), from: name)
        return list.append("relu" + name.dropFirst(4), .activation(.relu), from: y)
      }
      var x = "data"
      for (index, stage) in stages.enumerated() {
        for place in 1...stage.convolutions {
          x = convolve("conv\(index + 1)_\(place)", stage.filters, from: x)
        }
        x = list.append(
          "pool\(index + 1)", .pooling(.init(.maximum, size: 2, stride: 2, rounding: .up)), from: x)
      }
      for (index, stage) in stages.enumerated().reversed() {
        x = list.append("upsample\(index + 1)", .maxUnpooling(pooling: "pool\(index + 1)"), from: x)
        for place in (1...stage.convolutions).reversed() {
          let name = "conv\(index + 1)_\(place)_D"
          guard index > 0 || place > 1 else {
            x = list.append(
              name,
              .convolution(.init(filters: plan.classes, kernelSize: 3, padding: .explicit(Margins(1)))),
              from: x)
            break
          }
          // The last convolution of a stage has the channels of the next.
          x = convolve(name, place == 1 ? stages[index - 1].filters : stage.filters, from: x)
        }
      }
      list.append("prob", .activation(.softmax), from: x)
      return list.layers
    }
  }

  /// The lecture's autoencoder for CIFAR-10: two encoding layers of 32 channels and three decoding layers.
  ///
  /// Strides halve the picture to a code of 8x8x32, transposed convolutions double it again; their kernels are whole multiples
  /// of the stride, so that every pixel is reached by as many taps. A picture of values from 0 to 1 comes out.
  public static let autoencoder = Architecture(
    "autoencoder", .keras, Preprocessing(height: 32, width: 32, scale: 1 / 255),
    paper: "the lecture's denoising autoencoder", classes: 3
  ) { plan in
    var list = LayerList(input: "input_layer", plan.input)
    let filters = plan.channels(32)
    var x = "input_layer"
    for _ in 0..<2 {
      x = list.append(
        list.numbered("conv2d"),
        .convolution(.init(filters: filters, kernelSize: 3, stride: 2, padding: .same, activation: .relu)),
        from: x)
    }
    for _ in 0..<2 {
      x = list.append(
        list.numbered("conv2d_transpose"),
        .transposedConvolution(
          .init(filters: filters, kernelSize: 4, stride: 2, padding: .same, activation: .relu)), from: x)
    }
    x = list.append(
      list.numbered("conv2d"),
      .convolution(.init(filters: plan.classes, kernelSize: 3, padding: .same, activation: .sigmoid)), from: x
    )
    return list.layers
  }
}
