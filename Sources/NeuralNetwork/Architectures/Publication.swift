/// Where a network's trained weights were published and what they achieved on ImageNet.
public struct Publication: Sendable, Hashable {
  /// The size of the weight file, in MB.
  public let megabytes: Int?
  /// Shares of ImageNet's validation pictures, 0...1.
  public let top1: Double?
  public let top5: Double?
  /// Whose figures these are.
  public let source: String
  /// Layers as the source counts them.
  public let depth: Int?
  /// The publisher's name for the file of weights.
  public let file: String?
  public let url: String?
  /// As far as the publisher gives one, with its kind: `sha1 9116a64c...`.
  public let checksum: String?

  init(
    _ megabytes: Int? = nil, _ top1: Double? = nil, _ top5: Double? = nil, source: String, depth: Int? = nil,
    file: String? = nil, url: String? = nil, checksum: String? = nil
  ) {
    (self.megabytes, self.top1, self.top5) = (megabytes, top1, top5)
    (self.source, self.depth, self.file, self.url, self.checksum) = (source, depth, file, url, checksum)
  }
}

extension Architecture {
  /// What is known of the published weights; `nil` for networks without any.
  public var publication: Publication? { Publication.all[name] }
}

extension Publication {
  /// The lecture's table is that of Keras's documentation of the time; today's lists other accuracies.
  private static func keras(
    _ megabytes: Int?, _ top1: Double?, _ top5: Double?, _ depth: Int?, _ folder: String, _ file: String
  ) -> Publication {
    Publication(
      megabytes, top1, top5, source: top1 == nil ? "" : "Keras documentation, 2018", depth: depth, file: file,
      url: "https://storage.googleapis.com/tensorflow/keras-applications/\(folder)/\(file)")
  }

  private static func torch(_ file: String, depth: Int? = nil) -> Publication {
    // torchvision puts the beginning of the file's SHA-256 into its name.
    let hash = file.split(separator: "-").last.map { String($0.prefix { $0 != "." }) }
    return Publication(
      source: "", depth: depth, file: file, url: "https://download.pytorch.org/models/\(file)",
      checksum: hash.map { "sha256 \($0)..." })
  }

  static let all: [String: Publication] = [
    "xception": keras(88, 0.790, 0.945, 126, "xception", "xception_weights_tf_dim_ordering_tf_kernels.h5"),
    "vgg16": keras(528, 0.715, 0.901, 23, "vgg16", "vgg16_weights_tf_dim_ordering_tf_kernels.h5"),
    "vgg19": keras(549, 0.727, 0.910, 26, "vgg19", "vgg19_weights_tf_dim_ordering_tf_kernels.h5"),
    "resnet50": keras(99, 0.759, 0.929, 168, "resnet", "resnet50_weights_tf_dim_ordering_tf_kernels.h5"),
    "resnet101": keras(nil, nil, nil, nil, "resnet", "resnet101_weights_tf_dim_ordering_tf_kernels.h5"),
    "resnet152": keras(nil, nil, nil, nil, "resnet", "resnet152_weights_tf_dim_ordering_tf_kernels.h5"),
    "inceptionv3": keras(
      92, 0.788, 0.944, 159, "inception_v3", "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"),
    "inceptionresnetv2": keras(
      215, 0.804, 0.953, 572, "inception_resnet_v2",
      "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels.h5"),
    "mobilenet": keras(17, 0.665, 0.871, 88, "mobilenet", "mobilenet_1_0_224_tf.h5"),
    "mobilenet0.75": keras(nil, nil, nil, 88, "mobilenet", "mobilenet_7_5_224_tf.h5"),
    "mobilenet0.5": keras(nil, nil, nil, 88, "mobilenet", "mobilenet_5_0_224_tf.h5"),
    "mobilenet0.25": keras(nil, nil, nil, 88, "mobilenet", "mobilenet_2_5_224_tf.h5"),
    "mobilenetv2": keras(
      nil, nil, nil, nil, "mobilenet_v2", "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"),
    "densenet121": keras(
      nil, nil, nil, 121, "densenet", "densenet121_weights_tf_dim_ordering_tf_kernels.h5"),
    "densenet169": keras(
      nil, nil, nil, 169, "densenet", "densenet169_weights_tf_dim_ordering_tf_kernels.h5"),
    "densenet201": keras(
      nil, nil, nil, 201, "densenet", "densenet201_weights_tf_dim_ordering_tf_kernels.h5"),
    "alexnet": Publication(
      nil, nil, 0.847, source: "the paper's entry of 2012", depth: 8, file: "bvlc_alexnet.caffemodel",
      url: "http://dl.caffe.berkeleyvision.org/bvlc_alexnet.caffemodel", checksum: "sha1 9116a64c..."),
    "googlenet": Publication(
      nil, nil, 0.933, source: "the paper's ensemble of 2014", depth: 22, file: "bvlc_googlenet.caffemodel",
      url: "http://dl.caffe.berkeleyvision.org/bvlc_googlenet.caffemodel", checksum: "sha1 405fc5ac..."),
    "squeezenet1.0": Publication(
      source: "", file: "squeezenet_v1.0.caffemodel", url: "https://github.com/forresti/SqueezeNet"),
    "squeezenet1.1": Publication(
      source: "", file: "squeezenet_v1.1.caffemodel", url: "https://github.com/forresti/SqueezeNet"),
    "inceptionv4": Publication(
      source: "", file: "inceptionv4-8e4777a0.pth",
      url: "http://data.lip6.fr/cadene/pretrainedmodels/inceptionv4-8e4777a0.pth"),
    "bninception": Publication(
      source: "", file: "bn_inception-52deb4733.pth",
      url: "http://data.lip6.fr/cadene/pretrainedmodels/bn_inception-52deb4733.pth"),
    "resnet20": Publication(
      nil, 0.915, nil, source: "CIFAR-10, the first 1,000 test pictures, measured here", depth: 20,
      file: "resnet20-12fca82f.th", url: "https://github.com/akamaster/pytorch_resnet_cifar10",
      checksum: "sha256 12fca82f..."),
    "squeezenet1.0-torch": torch("squeezenet1_0-b66bff10.pth"),
    "squeezenet1.1-torch": torch("squeezenet1_1-b8a52dc0.pth"),
    "alexnet-torch": torch("alexnet-owt-7be5be79.pth", depth: 8),
    "vgg16-torch": torch("vgg16-397923af.pth", depth: 16),
    "vgg19-torch": torch("vgg19-dcbb9e9d.pth", depth: 19),
    "googlenet-torch": torch("googlenet-1378be20.pth", depth: 22),
    "resnet18-torch": torch("resnet18-f37072fd.pth", depth: 18),
    "resnet34-torch": torch("resnet34-b627a593.pth", depth: 34),
    "resnet50-torch": torch("resnet50-0676ba61.pth", depth: 50),
    "resnet101-torch": torch("resnet101-63fe2227.pth", depth: 101),
    "resnet152-torch": torch("resnet152-394f9c45.pth", depth: 152),
    "densenet121-torch": torch("densenet121-a639ec97.pth", depth: 121),
    "densenet169-torch": torch("densenet169-b2777c0a.pth", depth: 169),
    "densenet201-torch": torch("densenet201-c1103571.pth", depth: 201),
    "mobilenetv2-torch": torch("mobilenet_v2-b0353104.pth"),
  ]
}
