import NeuralNetwork
import TensorCore

/// In which order of axes a file stores kernels.
enum StoredLayout: Equatable {
  /// `[O, I, H, W]` and dense `[O, I]`: PyTorch, Caffe, ONNX; what is flattened is counted channels first.
  case outputsFirst
  /// `[H, W, I, O]` and dense `[I, O]`: Keras, TensorFlow; channels last.
  case outputsLast

  /// The order in which a dense layer of such a file counts the pixels of a flattened picture.
  var flattening: ElementOrder { self == .outputsFirst ? .channelsFirst : .channelsLast }

  /// The weight as its layer needs it, without a copy where that is so already and otherwise made when it is first
  /// looked at; `nil` when the shape does not fit.
  func weight(_ tensor: Tensor, as needed: Shape, of operation: NeuralNetwork.Operation) -> Tensor? {
    guard fits(tensor.shape, needed, operation) else { return nil }
    if needed.rank == 1 || self == .outputsLast { return tensor.reshaped(needed) }
    switch operation {
    case .dense:
      let matrix = tensor.reshaped([needed[1], needed[0]])
      return matrix.transposedLater([1, 0])
    case .depthwiseConvolution:
      return tensor.transposedLater([2, 3, 1, 0]).reshaped(needed)
    default:
      let kernel = tensor.reshaped([needed[3], needed[2], needed[0], needed[1]])
      return kernel.transposedLater([2, 3, 1, 0])
    }
  }

  /// Whether a stored shape is that of the weight.
  func fits(_ stored: Shape, _ needed: Shape, _ operation: NeuralNetwork.Operation) -> Bool {
    if needed.rank == 1 { return stored.count == needed.count && stored.dimensions.contains(needed.count) }
    if self == .outputsLast { return stored == needed }
    switch operation {
    case .dense:
      return stored.count == needed.count && stored.rank >= 2 && stored[0] == needed[1]
    case .depthwiseConvolution:
      return stored.dimensions == [needed[2] * needed[3], 1, needed[0], needed[1]]
    default:
      // A 1x1 convolution may be stored as the matrix it is.
      return stored.dimensions == [needed[3], needed[2], needed[0], needed[1]]
        || (needed[0] == 1 && needed[1] == 1 && stored.dimensions == [needed[3], needed[2]])
    }
  }
}

extension WeightRole {
  /// What the last part of a weight's name may be in files of all frameworks.
  func isCalled(_ kind: String) -> Bool {
    switch self {
    case .kernel: ["weight", "weights", "kernel", "depthwise_kernel", "W", "w", "0"].contains(kind)
    case .pointwiseKernel: kind == "pointwise_kernel"
    case .bias: ["bias", "biases", "b", "1"].contains(kind)
    case .gamma: ["weight", "gamma", "scale", "0"].contains(kind)
    case .beta: ["bias", "beta", "offset", "shift", "1"].contains(kind)
    case .movingMean: ["running_mean", "moving_mean", "mean", "2"].contains(kind)
    case .movingVariance:
      ["running_var", "moving_variance", "running_variance", "variance", "var", "3"].contains(kind)
    case .value: kind == "value"
    case .slope: ["weight", "alpha", "slope", "0"].contains(kind)
    }
  }
}
