public import NeuralNetwork
public import SystemPackage
import TensorCore

extension Graph {
  /// The layers that a Keras `model_config` in JSON describes, as `model.to_json()` writes it; without weights.
  ///
  /// Throws ``ModelFileError`` when the text describes no network or one with a layer that is not supported.
  public init(kerasConfig text: String, file: FilePath) throws(ModelFileError) {
    let model = try KerasModel(text, file: file.string)
    do { try self.init(model.layers, outputs: model.outputs) } catch {
      throw .network(file: file.string, error)
    }
  }
}
