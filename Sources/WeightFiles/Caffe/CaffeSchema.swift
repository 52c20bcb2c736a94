/// What the numbers of the fields in Caffe's messages mean (caffe.proto), as far as networks that run need them.
enum CaffeSchema {
  indirect enum Kind: Sendable {
    case integer, float, truth, text
    case words([Int: String])
    case message(String)
    case blob
    /// A packed field of whole numbers, `BlobShape.dim`.
    case integers
  }

  typealias Fields = [Int: (name: String, kind: Kind)]

  private static let phase = Kind.words([0: "TRAIN", 1: "TEST"])

  static let messages: [String: Fields] = [
    "Net": [
      1: ("name", .text), 2: ("layers", .message("V1Layer")), 3: ("input", .text), 4: ("input_dim", .integer),
      8: ("input_shape", .message("Shape")), 100: ("layer", .message("Layer")),
    ],
    "Layer": parameters.merging([
      1: ("name", .text), 2: ("type", .text), 3: ("bottom", .text), 4: ("top", .text),
      5: ("loss_weight", .float), 7: ("blobs", .blob), 8: ("include", .message("Rule")),
      9: ("exclude", .message("Rule")), 10: ("phase", phase),
    ]) { $1 },
    "V1Layer": [
      1: ("layer", .message("V0Layer")), 2: ("bottom", .text), 3: ("top", .text), 4: ("name", .text),
      5: ("type", .words(v1Types)), 6: ("blobs", .blob), 9: ("concat_param", .message("Concat")),
      10: ("convolution_param", .message("Convolution")), 12: ("dropout_param", .message("Dropout")),
      17: ("inner_product_param", .message("InnerProduct")), 18: ("lrn_param", .message("LRN")),
      19: ("pooling_param", .message("Pooling")), 21: ("power_param", .message("Power")),
      22: ("memory_data_param", .message("MemoryData")), 24: ("eltwise_param", .message("Eltwise")),
      30: ("relu_param", .message("ReLU")), 31: ("slice_param", .message("Slice")),
      32: ("include", .message("Rule")), 33: ("exclude", .message("Rule")),
      34: ("mvn_param", .message("MVN")),
      35: ("loss_weight", .float), 36: ("transform_param", .message("Transformation")),
      39: ("softmax_param", .message("Softmax")), 41: ("exp_param", .message("Exp")),
    ],
    "V0Layer": [
      1: ("name", .text), 2: ("type", .text), 3: ("num_output", .integer), 4: ("biasterm", .truth),
      7: ("pad", .integer), 8: ("kernelsize", .integer), 9: ("group", .integer), 10: ("stride", .integer),
      11: ("pool", pool), 12: ("dropout_ratio", .float), 13: ("local_size", .integer), 14: ("alpha", .float),
      15: ("beta", .float), 17: ("scale", .float), 20: ("cropsize", .integer), 22: ("k", .float),
      50: ("blobs", .blob), 65: ("concat_dim", .integer),
    ],
    "Rule": [1: ("phase", phase), 4: ("stage", .text), 5: ("not_stage", .text)],
    "Shape": [1: ("dim", .integers)],
    "Transformation": [
      1: ("scale", .float), 3: ("crop_size", .integer), 4: ("mean_file", .text), 5: ("mean_value", .float),
      6: ("force_color", .truth), 7: ("force_gray", .truth),
    ],
    "BatchNorm": [1: ("use_global_stats", .truth), 3: ("eps", .float)],
    "Bias": [1: ("axis", .integer), 2: ("num_axes", .integer)],
    "Concat": [1: ("concat_dim", .integer), 2: ("axis", .integer)],
    "Convolution": [
      1: ("num_output", .integer), 2: ("bias_term", .truth), 3: ("pad", .integer),
      4: ("kernel_size", .integer),
      5: ("group", .integer), 6: ("stride", .integer), 9: ("pad_h", .integer), 10: ("pad_w", .integer),
      11: ("kernel_h", .integer), 12: ("kernel_w", .integer), 13: ("stride_h", .integer),
      14: ("stride_w", .integer), 16: ("axis", .integer), 18: ("dilation", .integer),
    ],
    "Crop": [1: ("axis", .integer), 2: ("offset", .integer)],
    "Dropout": [1: ("dropout_ratio", .float)],
    "Eltwise": [1: ("operation", .words([0: "PROD", 1: "SUM", 2: "MAX"])), 2: ("coeff", .float)],
    "ELU": [1: ("alpha", .float)],
    "Exp": [1: ("base", .float), 2: ("scale", .float), 3: ("shift", .float)],
    "Flatten": [1: ("axis", .integer), 2: ("end_axis", .integer)],
    "InnerProduct": [
      1: ("num_output", .integer), 2: ("bias_term", .truth), 5: ("axis", .integer), 6: ("transpose", .truth),
    ],
    "Input": [1: ("shape", .message("Shape"))],
    "Log": [1: ("base", .float), 2: ("scale", .float), 3: ("shift", .float)],
    "LRN": [
      1: ("local_size", .integer), 2: ("alpha", .float), 3: ("beta", .float),
      4: ("norm_region", .words([0: "ACROSS_CHANNELS", 1: "WITHIN_CHANNEL"])), 5: ("k", .float),
    ],
    "MemoryData": [2: ("channels", .integer), 3: ("height", .integer), 4: ("width", .integer)],
    "MVN": [1: ("normalize_variance", .truth), 2: ("across_channels", .truth), 3: ("eps", .float)],
    "Permute": [1: ("order", .integer)],
    "Pooling": [
      1: ("pool", pool), 2: ("kernel_size", .integer), 3: ("stride", .integer), 4: ("pad", .integer),
      5: ("kernel_h", .integer), 6: ("kernel_w", .integer), 7: ("stride_h", .integer),
      8: ("stride_w", .integer),
      9: ("pad_h", .integer), 10: ("pad_w", .integer), 12: ("global_pooling", .truth),
      13: ("round_mode", .words([0: "CEIL", 1: "FLOOR"])),
    ],
    "Power": [1: ("power", .float), 2: ("scale", .float), 3: ("shift", .float)],
    "PReLU": [2: ("channel_shared", .truth)],
    "ReLU": [1: ("negative_slope", .float)],
    "Reshape": [1: ("shape", .message("Shape")), 2: ("axis", .integer), 3: ("num_axes", .integer)],
    "Scale": [1: ("axis", .integer), 2: ("num_axes", .integer), 4: ("bias_term", .truth)],
    "Slice": [1: ("slice_dim", .integer), 2: ("slice_point", .integer), 3: ("axis", .integer)],
    "Softmax": [2: ("axis", .integer)],
    "Upsample": [
      1: ("scale", .integer), 2: ("scale_h", .integer), 3: ("scale_w", .integer), 6: ("upsample_h", .integer),
      7: ("upsample_w", .integer),
    ],
  ]

  private static let pool = Kind.words([0: "MAX", 1: "AVE", 2: "STOCHASTIC"])

  private static let parameters: Fields = [
    100: ("transform_param", .message("Transformation")), 104: ("concat_param", .message("Concat")),
    106: ("convolution_param", .message("Convolution")), 108: ("dropout_param", .message("Dropout")),
    110: ("eltwise_param", .message("Eltwise")), 111: ("exp_param", .message("Exp")),
    117: ("inner_product_param", .message("InnerProduct")),
    118: ("lrn_param", .message("LRN")), 119: ("memory_data_param", .message("MemoryData")),
    120: ("mvn_param", .message("MVN")), 121: ("pooling_param", .message("Pooling")),
    122: ("power_param", .message("Power")), 123: ("relu_param", .message("ReLU")),
    125: ("softmax_param", .message("Softmax")), 126: ("slice_param", .message("Slice")),
    131: ("prelu_param", .message("PReLU")), 133: ("reshape_param", .message("Reshape")),
    134: ("log_param", .message("Log")),
    135: ("flatten_param", .message("Flatten")), 139: ("batch_norm_param", .message("BatchNorm")),
    140: ("elu_param", .message("ELU")), 141: ("bias_param", .message("Bias")),
    142: ("scale_param", .message("Scale")), 143: ("input_param", .message("Input")),
    144: ("crop_param", .message("Crop")), 149: ("upsample_param", .message("Upsample")),
    202: ("permute_param", .message("Permute")),
  ]

  /// The enumeration that stood where types are texts now.
  private static let v1Types: [Int: String] = [
    0: "NONE", 1: "ACCURACY", 2: "BNLL", 3: "CONCAT", 4: "CONVOLUTION", 5: "DATA", 6: "DROPOUT",
    7: "EUCLIDEAN_LOSS", 8: "FLATTEN", 9: "HDF5_DATA", 10: "HDF5_OUTPUT", 11: "IM2COL", 12: "IMAGE_DATA",
    13: "INFOGAIN_LOSS", 14: "INNER_PRODUCT", 15: "LRN", 16: "MULTINOMIAL_LOGISTIC_LOSS", 17: "POOLING",
    18: "RELU", 19: "SIGMOID", 20: "SOFTMAX", 21: "SOFTMAX_LOSS", 22: "SPLIT", 23: "TANH", 24: "WINDOW_DATA",
    25: "ELTWISE", 26: "POWER", 27: "SIGMOID_CROSS_ENTROPY_LOSS", 28: "HINGE_LOSS", 29: "MEMORY_DATA",
    30: "ARGMAX", 31: "THRESHOLD", 32: "DUMMY_DATA", 33: "SLICE", 34: "MVN", 35: "ABSVAL", 36: "SILENCE",
    37: "CONTRASTIVE_LOSS", 38: "EXP", 39: "DECONVOLUTION",
  ]
}
