/// Brings layers of Caffe's older generations (`V1LayerParameter`, `V0LayerParameter`) into the present form.
enum CaffeLayers {
  static func present(_ net: CaffeMessage) -> [CaffeMessage] {
    let present = net.messages("layer")
    let old = net.messages("layers")
    var layers = present
    // Padding was a layer of its own once; the convolution that reads it takes it over.
    var paddings: [String: (bottom: [String], pad: Int)] = [:]
    for layer in old {
      guard let v0 = layer.message("layer") else {
        layers.append(renamed(layer))
        continue
      }
      if v0.text("type") == "padding" {
        for top in layer.texts("top") {
          paddings[top] = (layer.texts("bottom"), v0.integer("pad") ?? 0)
        }
        continue
      }
      layers.append(upgraded(v0, layer, paddings))
    }
    return layers
  }

  private static func renamed(_ layer: CaffeMessage) -> CaffeMessage {
    var result = CaffeMessage()
    for field in layer.fields {
      if field.name == "type", let old = field.value.text {
        result.fields.append(("type", .text(types[old] ?? old)))
      } else {
        result.fields.append(field)
      }
    }
    return result
  }

  /// The fields of a V0 layer, all in one message, sorted into those of its kind.
  private static func upgraded(
    _ v0: CaffeMessage, _ layer: CaffeMessage, _ paddings: [String: (bottom: [String], pad: Int)]
  ) -> CaffeMessage {
    var result = CaffeMessage()
    let type = v0.text("type") ?? ""
    let kind = v0Types[type] ?? type
    result.fields.append(("name", .text(v0.text("name") ?? "")))
    result.fields.append(("type", .text(kind)))
    var extraPadding = 0
    for bottom in layer.texts("bottom") {
      if let padding = paddings[bottom] {
        extraPadding += padding.pad
        result.fields += padding.bottom.map { ("bottom", .text($0)) }
      } else {
        result.fields.append(("bottom", .text(bottom)))
      }
    }
    result.fields += layer.fields.filter { ["top", "include", "exclude"].contains($0.name) }
    result.fields += v0.fields.filter { $0.name == "blobs" }
    let renames: (String, [String: String]) =
      switch kind {
      case "Convolution":
        (
          "convolution_param",
          [
            "num_output": "num_output", "biasterm": "bias_term", "pad": "pad", "kernelsize": "kernel_size",
            "group": "group", "stride": "stride",
          ]
        )
      case "InnerProduct": ("inner_product_param", ["num_output": "num_output", "biasterm": "bias_term"])
      case "Pooling":
        ("pooling_param", ["pool": "pool", "kernelsize": "kernel_size", "stride": "stride", "pad": "pad"])
      case "LRN": ("lrn_param", ["local_size": "local_size", "alpha": "alpha", "beta": "beta", "k": "k"])
      case "Dropout": ("dropout_param", ["dropout_ratio": "dropout_ratio"])
      case "Concat": ("concat_param", ["concat_dim": "concat_dim"])
      case "Data": ("transform_param", ["scale": "scale", "cropsize": "crop_size"])
      default: ("", [:])
      }
    guard !renames.0.isEmpty else { return result }
    var parameters = CaffeMessage()
    for field in v0.fields {
      guard let name = renames.1[field.name] else { continue }
      if name == "pad", extraPadding > 0 { continue }
      parameters.fields.append((name, field.value))
    }
    if extraPadding > 0 {
      parameters.fields.append(("pad", .number(Double(extraPadding + (v0.integer("pad") ?? 0)))))
    }
    result.fields.append((renames.0, .message(parameters)))
    return result
  }

  private static let types: [String: String] = [
    "ACCURACY": "Accuracy", "BNLL": "BNLL", "CONCAT": "Concat", "CONVOLUTION": "Convolution", "DATA": "Data",
    "DROPOUT": "Dropout", "EUCLIDEAN_LOSS": "EuclideanLoss", "FLATTEN": "Flatten", "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output", "IM2COL": "Im2col", "IMAGE_DATA": "ImageData",
    "INFOGAIN_LOSS": "InfogainLoss", "INNER_PRODUCT": "InnerProduct", "LRN": "LRN",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss", "POOLING": "Pooling", "RELU": "ReLU",
    "SIGMOID": "Sigmoid", "SOFTMAX": "Softmax", "SOFTMAX_LOSS": "SoftmaxWithLoss", "SPLIT": "Split",
    "TANH": "TanH", "WINDOW_DATA": "WindowData", "ELTWISE": "Eltwise", "POWER": "Power",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss", "HINGE_LOSS": "HingeLoss",
    "MEMORY_DATA": "MemoryData", "ARGMAX": "ArgMax", "THRESHOLD": "Threshold", "DUMMY_DATA": "DummyData",
    "SLICE": "Slice", "MVN": "MVN", "ABSVAL": "AbsVal", "SILENCE": "Silence",
    "CONTRASTIVE_LOSS": "ContrastiveLoss", "EXP": "Exp", "DECONVOLUTION": "Deconvolution",
  ]

  private static let v0Types: [String: String] = [
    "accuracy": "Accuracy", "bnll": "BNLL", "concat": "Concat", "conv": "Convolution", "data": "Data",
    "dropout": "Dropout", "euclidean_loss": "EuclideanLoss", "flatten": "Flatten", "hdf5_data": "HDF5Data",
    "images": "ImageData", "innerproduct": "InnerProduct", "lrn": "LRN", "pool": "Pooling", "relu": "ReLU",
    "sigmoid": "Sigmoid", "softmax": "Softmax", "softmax_loss": "SoftmaxWithLoss", "split": "Split",
    "tanh": "TanH", "window_data": "WindowData",
  ]
}
