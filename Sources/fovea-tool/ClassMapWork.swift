import Fovea

/// What `cam` asks a network about a picture.
struct ClassMapWork: Sendable {
  let method: ClassMapMethod
  /// The classes to map; `nil` the `top` likeliest.
  let wanted: [Int]?
  let top: Int
  let names: [ClassName]
  private let heads: BySize<(head: ClassMapHead, network: CompiledNetwork)>
  private let probes: BySize<ClassGradients>
  private let output: String

  /// `layer` is Grad-CAM's, by default the last with rows and columns; an unknown one ends the program with status 64.
  init(
    _ network: Network, _ method: ClassMapMethod, layer: String?, wanted: [Int]?, top: Int, names: [ClassName]
  ) throws {
    (self.method, self.wanted, self.top, self.names) = (method, wanted, top, names)
    output = network.graph.outputs[0]
    if let layer {
      do throws(NetworkError) { _ = try network.graph.recorded(layer) } catch {
        throw wrongUsage("--layer: \(error)")
      }
    }
    heads = BySize { shape in
      let head = try network.classMapHead(for: shape)
      let names = [head.features] + network.graph.outputs
      return (head, try network.compiled(for: shape, recording: names))
    }
    probes = BySize { shape in
      let looked =
        method == .saliency
        ? network.graph.inputLayers.first?.name : try layer ?? network.graph.lastFeatures(for: shape)
      guard let looked else { throw NoMaps(method: method) }
      return try ClassGradients(of: network, at: [looked], for: shape)
    }
  }

  /// The maps of one prepared picture, and the layer they are of.
  func maps(of x: Tensor) throws -> (layer: String, maps: [ClassMap]) {
    guard x.shape[0] == 1 else { throw VisualizationError.severalSamples(x.shape[0]) }
    return try method == .cam ? weighedMaps(of: x) : gradientMaps(of: x)
  }

  private func weighedMaps(of x: Tensor) throws -> (String, [ClassMap]) {
    let (head, compiled) = try heads(x.shape)
    let seen = compiled.run(x)
    let scores = try seen.layer(output)
    let features = try seen.layer(head.features)
    let shown = try chosen(scores.scalars, of: head.classes)
    return (
      head.features,
      shown.map { map($0, score: scores.scalars[$0], head.map(of: $0, from: features)) }
    )
  }

  private func gradientMaps(of x: Tensor) throws -> (String, [ClassMap]) {
    let probe = try probes(x.shape)
    let seen = try probe.look(at: x) { try chosen($0, of: probe.classes) }
    // Of a network that classifies every pixel, the sum that the map explains.
    let scores = seen.output.shape.count == probe.classes ? seen.output.scalars : seen.scores
    var layer = ""
    let maps = try seen.classes.compactMap { own -> ClassMap? in
      guard let looked = own.layers.first else { return nil }
      guard looked.value.shape.rank == 4 else {
        throw VisualizationError.notDrawable(
          looked.value.shape, expected: "a layer with rows and columns, such as a convolution")
      }
      layer = looked.name
      return map(own.index, score: scores[own.index], method == .gradCam ? looked.gradCam : looked.saliency)
    }
    return (layer, maps)
  }

  private func chosen(_ scores: [Float], of classes: Int) throws -> [Int] {
    let shown = wanted ?? Prediction.best(top, in: Tensor(scores, shape: [1, scores.count])).map(\.index)
    if let beyond = shown.first(where: { $0 >= classes }) {
      throw VisualizationError.noSuchClass(beyond, classes: classes)
    }
    return shown
  }

  private func map(_ index: Int, score: Float, _ map: Tensor) -> ClassMap {
    ClassMap(
      index: index, label: names.indices.contains(index) ? names[index].label : nil, score: score, map: map)
  }
}

/// A network that has nothing to look at.
private struct NoMaps: Error, CustomStringConvertible {
  let method: ClassMapMethod

  var description: String {
    method == .saliency
      ? "the network has no input layer"
      : "no layer of the network has rows and columns to map; --method saliency shows how much each value of the input matters"
  }
}
