// Everything `import Fovea` brings.
@_exported public import Convolution
@_exported public import Datasets
@_exported public import Filtering
@_exported public import Imaging
@_exported public import Inference
@_exported public import Isolation
@_exported public import ModelFiles
@_exported public import NeuralNetwork
@_exported public import Reports
@_exported public import TensorCore
@_exported public import Training
@_exported public import Visualization
@_exported public import WeightFiles
