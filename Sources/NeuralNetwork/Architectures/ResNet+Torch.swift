import Convolution

extension Architecture {
  static let torchResNets = [
    torchResNet("resnet18-torch", blocks: [2, 2, 2, 2], isBottleneck: false),
    torchResNet("resnet34-torch", blocks: [3, 4, 6, 3], isBottleneck: false),
    torchResNet("resnet50-torch", blocks: [3, 4, 6, 3], isBottleneck: true),
    torchResNet("resnet101-torch", blocks: [3, 4, 23, 3], isBottleneck: true),
    torchResNet("resnet152-torch", blocks: [3, 8, 36, 3], isBottleneck: true),
  ]

  /// torchvision's ResNet: a stage's stride is in its first 3x3 convolution.
  private static func torchResNet(_ name: String, blocks: [Int], isBottleneck: Bool) -> Architecture {
    Architecture(name, .torch, .torchvision(), paper: "He et al. 2015, arXiv:1512.03385") { plan in
      var list = TorchLayers(plan)
      /// A convolution and its normalisation.
      func convolve(
        _ names: (String, String), _ filters: Int, _ kernel: Extent = 1, stride: Int = 1, from x: String
      ) -> String {
        let y = list.convolution(names.0, filters, kernel, stride: stride, from: x)
        return list.normalisation(names.1, from: y)
      }
      var x = convolve(("conv1", "bn1"), 64, 7, stride: 2, from: "x")
      x = list.relu("relu", from: x)
      x = list.maxPool("maxpool", padding: 1, from: x)
      for (stage, (count, filters)) in zip(blocks, [64, 128, 256, 512]).enumerated() {
        for index in 0..<count {
          let block = "layer\(stage + 1).\(index)"
          let stride = index == 0 && stage > 0 ? 2 : 1
          let outputs = isBottleneck ? 4 * filters : filters
          // kernel and filters of each convolution of the block
          let rows: [(kernel: Int, filters: Int)] =
            isBottleneck ? [(1, filters), (3, filters), (1, outputs)] : [(3, filters), (3, filters)]
          let strided = isBottleneck ? 1 : 0
          var y = x
          for (place, (kernel, filters)) in rows.enumerated() {
            y = convolve(
              ("\(block).conv\(place + 1)", "\(block).bn\(place + 1)"), filters, Extent(kernel),
              stride: place == strided ? stride : 1, from: y)
            if place + 1 < rows.count {
              y = list.relu(place == 0 ? "\(block).relu" : "\(block).relu_\(place)", from: y)
            }
          }
          let projects = index == 0 && (stage > 0 || isBottleneck)
          let shortcut =
            projects
            ? convolve(("\(block).downsample.0", "\(block).downsample.1"), outputs, stride: stride, from: x)
            : x
          y = list.append("\(block).add", .add, from: y, shortcut)
          x = list.relu("\(block).relu_\(rows.count - 1)", from: y)
        }
      }
      list.classify("avgpool", "fc", from: x)
      return list.layers
    }
  }
}
