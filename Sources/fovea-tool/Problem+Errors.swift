import Batch
import Fovea

/// What an error says to a person and, in one word, to a program.
@Sendable func problem(of error: any Error) -> Problem {
  switch error {
  case let error as BatchError: Problem(error)
  case let error as ConvolutionError: Problem(kind: "shape", message: "\(error)")
  case let error as TensorFileError: Problem(kind: "tensor-file", message: "\(error)")
  default: Problem(kind: "failed", message: "\(error)")
  }
}
