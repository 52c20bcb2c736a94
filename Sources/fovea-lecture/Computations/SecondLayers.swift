import Fovea

/// AlexNet's second layer, 55 x 55 x 96 to 55 x 55 x 256, once as a convolution and once fully connected.
///
/// A summary needs no weights: the fully connected ones would fill 900 GB.
func secondLayers() throws -> (convolution: NetworkSummary, dense: NetworkSummary) {
  let input = Layer("input", .input(InputShape(height: 55, width: 55, channels: 96)))
  let convolution = try Graph([
    input, Layer("conv", .convolution(.init(filters: 256, kernelSize: 5, padding: .same)), from: "input"),
  ])
  let dense = try Graph([
    input, Layer("flatten", .flatten(.channelsLast), from: "input"),
    Layer("dense", .dense(.init(units: 55 * 55 * 256)), from: "flatten"),
  ])
  return (try convolution.summary(), try dense.summary())
}
