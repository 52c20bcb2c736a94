/// One layer of a network as a plain value: what it is called, what it computes, and which layers it reads.
///
/// ```swift
/// Layer("conv1", .convolution(.init(filters: 64, kernelSize: 3, padding: .same, activation: .relu)), from: "input")
/// ```
///
/// The weights are not part of the layer; a ``Network`` holds them under the layer's name.
public struct Layer: Sendable, Hashable {
  /// The name the layer's framework gives it, unique in its network.
  public let name: String
  public let operation: Operation
  /// The names of the layers whose outputs this one reads, in order; empty for an input.
  public let inputs: [String]

  public init(_ name: String, _ operation: Operation, from inputs: String...) {
    self.init(name, operation, from: inputs)
  }

  public init(_ name: String, _ operation: Operation, from inputs: [String]) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
  }
}
