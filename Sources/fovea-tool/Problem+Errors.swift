import Batch
import Fovea

/// What an error says to a person and, in one word, to a program.
@Sendable func problem(of error: any Error) -> Problem {
  if let elsewhere = error as? ProblemElsewhere { return elsewhere.problem }
  let kind =
    switch error {
    case let error as BatchError: error.kind
    case let error as ImagingError: error.kind
    case is ConvolutionError, is FilteringError: "shape"
    case is NetworkError: "network"
    case is TrainingError: "training"
    case is DatasetError: "data"
    case is WeightFileError, is ModelFileError: "weights"
    case is NoSuchModel: "missing"
    case is TensorFileError: "npy"
    case is VisualizationError: "sheet"
    default: "failed"
    }
  return Problem(kind: kind, message: "\(error)")
}
