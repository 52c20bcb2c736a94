import Convolution
public import TensorCore

/// The input pixels that one output pixel depends on, away from the border.
///
/// Going through a layer with kernel `k`, stride `s`, dilation `d`, padding `p`: the size grows by `(k - 1) d jump`, the centre of
/// the first output pixel moves by `((k - 1) d / 2 - p) jump`, the jump between neighbours is multiplied by `s`.
public struct ReceptiveField: Sendable, Hashable {
  /// Along rows and columns.
  public struct Axis: Sendable, Hashable {
    public var size = 1.0
    /// How far apart the fields of two neighbouring output pixels lie, in input pixels.
    public var jump = 1.0
    /// The middle of the first output pixel's field, in input pixels from the picture's edge.
    public var centre = 0.5

    mutating func slide(_ window: WindowAxis) {
      let reach = Double((window.kernel - 1) * window.dilation)
      size += reach * jump
      centre += (reach / 2 - Double(window.before)) * jump
      jump *= Double(window.stride)
    }
  }

  public var rows = Axis()
  public var columns = Axis()

  mutating func slide(_ rowWindow: WindowAxis, _ columnWindow: WindowAxis) {
    rows.slide(rowWindow)
    columns.slide(columnWindow)
  }

  /// The larger of two fields, where branches meet.
  func union(_ other: ReceptiveField) -> ReceptiveField {
    ReceptiveField(
      rows: rows.size >= other.rows.size ? rows : other.rows,
      columns: columns.size >= other.columns.size ? columns : other.columns)
  }
}

extension Graph {
  /// The field of each layer in the network's input; `nil` where a layer depends on every pixel.
  public func receptiveFields(for input: Shape) throws(NetworkError) -> [String: ReceptiveField?] {
    receptiveFields(shapes: try shapes(for: declaredInputs(or: input)))
  }

  func receptiveFields(shapes: [String: Shape]) -> [String: ReceptiveField?] {
    var fields: [String: ReceptiveField?] = [:]
    for layer in layers {
      let read = layer.inputs.map { fields[$0] ?? nil }
      guard let first = read.first, let input = layer.inputs.first.flatMap({ shapes[$0] }) else {
        fields[layer.name] = ReceptiveField()
        continue
      }
      guard var field = first, read.allSatisfy({ $0 != nil }) else {
        fields[layer.name] = .some(nil)
        continue
      }
      for other in read.dropFirst() { if let other { field = field.union(other) } }
      fields[layer.name] = layer.operation.field(from: field, input: input)
    }
    return fields
  }
}

extension Operation {
  /// The field after this operation; `nil` when it mixes all pixels.
  fileprivate func field(from field: ReceptiveField, input: Shape) -> ReceptiveField? {
    var field = field
    switch self {
    case .convolution(let c):
      guard let g = c.geometry(for: input) else { return nil }
      field.slide(g.rows, g.columns)
    case .depthwiseConvolution(let c):
      guard let g = c.geometry(for: input) else { return nil }
      field.slide(g.rows, g.columns)
    case .separableConvolution(let c):
      guard let g = c.depthwise.geometry(for: input) else { return nil }
      field.slide(g.rows, g.columns)
    case .pooling(let p):
      guard let g = p.geometry(for: input) else { return nil }
      field.slide(g.rows, g.columns)
    case .transposedConvolution(let c):
      guard let g = c.geometry(for: input) else { return nil }
      let reach = c.kernelSize.reach(dilation: c.dilation)
      field.rows.spread(kernel: reach.height, stride: c.stride.height, before: g.top)
      field.columns.spread(kernel: reach.width, stride: c.stride.width, before: g.left)
    case .upSampling(let factor, let interpolation):
      let kernel =
        interpolation == .nearest ? factor : Extent(height: 2 * factor.height, width: 2 * factor.width)
      field.rows.spread(
        kernel: kernel.height, stride: factor.height, before: (kernel.height - factor.height) / 2)
      field.columns.spread(
        kernel: kernel.width, stride: factor.width, before: (kernel.width - factor.width) / 2)
    case .zeroPadding(let m), .padding(let m, _):
      field.rows.centre -= Double(m.top) * field.rows.jump
      field.columns.centre -= Double(m.left) * field.columns.jump
    case .cropping(let m):
      field.rows.centre += Double(m.top) * field.rows.jump
      field.columns.centre += Double(m.left) * field.columns.jump
    case .depthToSpace(let side, _):
      field.rows.spread(kernel: side, stride: side, before: 0)
      field.columns.spread(kernel: side, stride: side, before: 0)
    case .spaceToDepth(let side, _):
      guard let window = Pooling(.maximum, size: Extent(side), stride: Extent(side)).geometry(for: input)
      else { return nil }
      field.slide(window.rows, window.columns)
    case .resizing(let resizing):
      guard let (rows, columns) = resizing.axes(for: input) else { return nil }
      field.rows.resize(rows, reach: resizing.reach)
      field.columns.resize(columns, reach: resizing.reach)
    case .reduction(_, let axes, true) where axes == [input.rank - 1]: break
    case .standardization, .groupNormalization, .reduction, .matrixProduct: return nil
    case .constant, .divide, .minimum: break
    case .dense: return input.rank == 4 ? field : nil
    case .slice(let axis, _) where axis == input.rank - 1: break
    case .globalPooling, .adaptiveAveragePooling, .instanceNormalization, .flatten, .reshape, .maxUnpooling,
      .join, .slice, .permute:
      return nil
    case .input, .batchNormalization, .layerNormalization, .channelScale, .localResponseNormalization,
      .activation, .dropout,
      .identity,
      .add, .subtract, .multiply, .average, .maximum, .concatenate, .channels, .channelPadding, .rescaling:
      break
    }
    return field
  }
}

extension Resizing {
  /// The pixels each way that an output pixel is made of.
  fileprivate var reach: Int {
    switch interpolation {
    case .nearest: 1
    case .linear: 2
    case .cubic: 4
    }
  }
}

extension ReceptiveField.Axis {
  /// Through a layer that makes each pixel of `reach` ones around it.
  fileprivate mutating func resize(_ axis: ResizedAxis, reach: Int) {
    centre += Double(axis.position(of: 0)) * jump
    size += Double(reach - 1) * jump
    jump /= Double(axis.scale)
  }

  /// Through a layer that spreads each pixel over `kernel` outputs, `stride` apart.
  fileprivate mutating func spread(kernel: Int, stride: Int, before: Int) {
    jump /= Double(stride)
    size += Double((kernel + stride - 1) / stride - 1) * jump * Double(stride)
    centre += (Double(before) - Double(kernel - 1) / 2) * jump
  }
}
