import Convolution

extension Architecture {
  /// Inception-v4 as Cadene's `pretrainedmodels` and timm name its modules.
  public static let inceptionv4 = Architecture(
    "inceptionv4", .torch, .centred(side: 299, shortSide: 341), paper: "Szegedy et al. 2016, arXiv:1602.07261"
  ) { plan in
    typealias Row = (filters: Int, height: Int, width: Int)
    var list = TorchLayers(plan, input: "input")
    /// Convolutions one after the other, `name.0`, `name.1`, ...; the last with a stride, or without padding.
    func chain(
      _ name: String, _ rows: [Row], lastStride: Int = 1, padsLast: Bool = true, first: Int = 0,
      from x: String
    )
      -> String
    {
      var y = x
      for (index, row) in rows.enumerated() {
        let isLast = index == rows.count - 1
        y = list.basic(
          "\(name).\(index + first)", row.filters, Extent(height: row.height, width: row.width),
          stride: isLast ? lastStride : 1, padding: isLast && !padsLast ? 0 : nil, from: y)
      }
      return y
    }
    func averaged(_ name: String, _ filters: Int, from x: String) -> String {
      let y = list.append(
        "\(name).0", .pooling(.init(.average, size: 3, stride: 1, padding: .explicit(Margins(1)))), from: x)
      return chain(name, [(filters, 1, 1)], first: 1, from: y)
    }
    func block(_ index: Int) -> String { "features.\(index)" }

    var x = list.basic(block(0), 32, 3, stride: 2, padding: 0, from: "input")
    x = list.basic(block(1), 32, 3, padding: 0, from: x)
    x = list.basic(block(2), 64, 3, from: x)
    var pooled = list.maxPool("\(block(3)).maxpool", from: x)
    var reduced = list.basic("\(block(3)).conv", 96, 3, stride: 2, padding: 0, from: x)
    x = list.append("\(block(3)).cat", .concatenate, from: pooled, reduced)
    let short = chain("\(block(4)).branch0", [(64, 1, 1), (96, 3, 3)], padsLast: false, from: x)
    let long = chain(
      "\(block(4)).branch1", [(64, 1, 1), (64, 1, 7), (64, 7, 1), (96, 3, 3)], padsLast: false, from: x)
    x = list.append("\(block(4)).cat", .concatenate, from: short, long)
    reduced = list.basic("\(block(5)).conv", 192, 3, stride: 2, padding: 0, from: x)
    pooled = list.maxPool("\(block(5)).maxpool", from: x)
    x = list.append("\(block(5)).cat", .concatenate, from: reduced, pooled)

    for index in 6...9 {
      let name = block(index)
      let branches = [
        list.basic("\(name).branch0", 96, from: x),
        chain("\(name).branch1", [(64, 1, 1), (96, 3, 3)], from: x),
        chain("\(name).branch2", [(64, 1, 1), (96, 3, 3), (96, 3, 3)], from: x),
        averaged("\(name).branch3", 96, from: x),
      ]
      x = list.append("\(name).cat", .concatenate, from: branches)
    }
    let three = list.basic("\(block(10)).branch0", 384, 3, stride: 2, padding: 0, from: x)
    let double = chain(
      "\(block(10)).branch1", [(192, 1, 1), (224, 3, 3), (256, 3, 3)], lastStride: 2, padsLast: false, from: x
    )
    pooled = list.maxPool("\(block(10)).branch2", from: x)
    x = list.append("\(block(10)).cat", .concatenate, from: three, double, pooled)

    for index in 11...17 {
      let name = block(index)
      let branches = [
        list.basic("\(name).branch0", 384, from: x),
        chain("\(name).branch1", [(192, 1, 1), (224, 1, 7), (256, 7, 1)], from: x),
        chain(
          "\(name).branch2", [(192, 1, 1), (192, 7, 1), (224, 1, 7), (224, 7, 1), (256, 1, 7)], from: x),
        averaged("\(name).branch3", 128, from: x),
      ]
      x = list.append("\(name).cat", .concatenate, from: branches)
    }
    let narrow = chain(
      "\(block(18)).branch0", [(192, 1, 1), (192, 3, 3)], lastStride: 2, padsLast: false, from: x)
    let wide = chain(
      "\(block(18)).branch1", [(256, 1, 1), (256, 1, 7), (320, 7, 1), (320, 3, 3)], lastStride: 2,
      padsLast: false, from: x)
    pooled = list.maxPool("\(block(18)).branch2", from: x)
    x = list.append("\(block(18)).cat", .concatenate, from: narrow, wide, pooled)

    for index in 19...21 {
      let name = block(index)
      let one = list.basic("\(name).branch0", 256, from: x)
      let stem = list.basic("\(name).branch1_0", 384, from: x)
      let spread = [
        list.basic("\(name).branch1_1a", 256, Extent(height: 1, width: 3), from: stem),
        list.basic("\(name).branch1_1b", 256, Extent(height: 3, width: 1), from: stem),
      ]
      let first = list.append("\(name).cat", .concatenate, from: spread)
      var deeper = list.basic("\(name).branch2_0", 384, from: x)
      deeper = list.basic("\(name).branch2_1", 448, Extent(height: 3, width: 1), from: deeper)
      deeper = list.basic("\(name).branch2_2", 512, Extent(height: 1, width: 3), from: deeper)
      let spreadDeeper = [
        list.basic("\(name).branch2_3a", 256, Extent(height: 1, width: 3), from: deeper),
        list.basic("\(name).branch2_3b", 256, Extent(height: 3, width: 1), from: deeper),
      ]
      let second = list.append("\(name).cat_1", .concatenate, from: spreadDeeper)
      let mean = averaged("\(name).branch3", 256, from: x)
      x = list.append("\(name).cat_2", .concatenate, from: one, first, second, mean)
    }
    x = list.append("avg_pool", .globalPooling(.average, keepsAxes: true), from: x)
    x = list.append("view", .flatten(.channelsFirst), from: x)
    list.append("last_linear", .dense(.init(units: plan.classes)), from: x)
    return list.layers
  }
}
