// Everything `import Fovea` brings.
@_exported public import Convolution
@_exported public import NeuralNetwork
@_exported public import TensorCore
