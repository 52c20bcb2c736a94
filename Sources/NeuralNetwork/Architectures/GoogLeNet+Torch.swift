import Convolution

extension Architecture {
  /// torchvision's: batch normalisation, and 3x3 kernels in the branch the paper makes 5x5 (its weights were trained so).
  ///
  /// Without the auxiliary classifiers. torchvision maps its own normalised input to -1...1 again (`transform_input`); here that is
  /// the preprocessing itself.
  public static let googlenetTorch = Architecture(
    "googlenet-torch", .torch, .centred(side: 224, shortSide: 256),
    paper: "Szegedy et al. 2014, arXiv:1409.4842"
  ) { plan in
    var list = TorchLayers(plan)
    var x = list.basic("conv1", 64, 7, stride: 2, from: "x")
    x = list.maxPool("maxpool1", rounding: .up, from: x)
    x = list.basic("conv2", 64, from: x)
    x = list.basic("conv3", 192, 3, from: x)
    x = list.maxPool("maxpool2", rounding: .up, from: x)
    for row in inceptionRows {
      let prefix = "inception\(row.name)"
      let one = list.basic("\(prefix).branch1", row.one, from: x)
      var three = list.basic("\(prefix).branch2.0", row.threeReduced, from: x)
      three = list.basic("\(prefix).branch2.1", row.three, 3, from: three)
      var five = list.basic("\(prefix).branch3.0", row.fiveReduced, from: x)
      five = list.basic("\(prefix).branch3.1", row.five, 3, from: five)
      var pooled = list.maxPool("\(prefix).branch4.0", stride: 1, padding: 1, rounding: .up, from: x)
      pooled = list.basic("\(prefix).branch4.1", row.projected, from: pooled)
      x = list.append("\(prefix).cat", .concatenate, from: one, three, five, pooled)
      if row.name == "3b" { x = list.maxPool("maxpool3", rounding: .up, from: x) }
      if row.name == "4e" { x = list.maxPool("maxpool4", 2, rounding: .up, from: x) }
    }
    list.classify("avgpool", "fc", dropout: ("dropout", 0.2), from: x)
    return list.layers
  }
}
