import Foundation
import Fovea

/// What the first and the last layers of a network make of a picture, and how much of it is zero.
func activations(in workplace: Workplace, guest: GuestNetwork?) throws -> Exhibit {
  var exhibit = Exhibit("activations", "First and last layers, and how many zeros they hold")
  let own = GuestNetwork(
    model: Samples.trained ?? "Samples/networks/synthetic-gabor-bank.h5", weights: nil, labels: nil,
    pictures: "Samples/still-life.png")
  let network = guest ?? own
  let picture = try firstPicture(in: network.pictures)
  let summary = try workplace.fovea(["summary"] + network.arguments.prefix(1) + ["--json"])
    .decoded(as: SummaryAnswer.self)
  let maps = summary.layers.dropFirst().filter { $0.shape.count == 3 && $0.shape[0] > 1 }
  guard let first = maps.first(where: { $0.macs > 0 }), let last = maps.last else {
    throw LectureError.unexpected(what: network.model, found: "no layers with rows and columns")
  }
  exhibit.say(
    """
    The outputs of hidden layers can be looked at by name. The channels of the first layers resemble gradients of the picture in
    several directions; those of the last ones are small maps of where something is. Behind a ReLU much is exactly 0.
    """)
  if guest == nil {
    exhibit.say(
      Samples.trained == nil
        ? """
        There is no trained network among the samples yet, so what is shown is the synthetic bank of kernels. A trained one of
        yours is shown with <code>make lecture MODEL=vgg16 WEIGHTS=vgg16.h5 PICTURES=folder</code>.
        """
        : """
        Shown is the network that Fovea trained on CIFAR-10. Another one is shown with
        <code>make lecture MODEL=vgg16 WEIGHTS=vgg16.h5 PICTURES=folder</code>.
        """)
  }
  let folder = workplace.path("seen")
  let run = try workplace.fovea(
    ["activations"] + network.arguments + [
      picture, "--layers", "all", "--channels", "0-3", "--columns", "4", "--scale", "tile", "--json", "-o",
      folder,
    ])
  let seen = try run.decoded(as: ActivationsAnswer.self)
  exhibit.show(FoveaRun(typed: run.typed, printed: ""))
  for layer in [first, last] {
    guard let index = seen.layers.firstIndex(where: { $0.name == layer.name }), index < seen.outputs.count
    else {
      throw LectureError.unexpected(what: layer.name, found: "no sheet of it")
    }
    let name = "seen/" + String(seen.outputs[index].dropFirst(folder.count + 1))
    exhibit.show([
      try workplace.picture(
        name, "Four channels of \(layer.name)",
        "The first four channels of <code>\(escaped(layer.name))</code>", shown: 820)
    ])
  }
  let layers = seen.layers.filter { $0.name != summary.layers.first?.name }
  exhibit.show(
    Bars(
      title: "Share of values that are exactly 0, in the layers that have any",
      rows: layers.filter { $0.zero > 0 }.map { ($0.name, $0.zero, percent($0.zero)) }
    ).html)
  for layer in layers {
    exhibit.number(
      "zero-\(layer.name)", "Zeros in \(escaped(layer.name))", [layer.zero], text: percent(layer.zero))
  }
  return exhibit
}

/// The classes a network sees in pictures.
func predictions(in workplace: Workplace, guest: GuestNetwork?) throws -> Exhibit {
  var exhibit = Exhibit("predictions", "Predictions")
  exhibit.say(
    """
    Pictures are brought to the size that the network wants and prepared as it was trained; the answer is a row a picture, the
    likeliest classes first and their probabilities after them.
    """)
  let own = Samples.trained.map {
    GuestNetwork(
      model: $0, weights: nil, labels: "Samples/networks/cifar10-filters.labels.txt",
      pictures: "Samples/classes")
  }
  if let network = guest ?? own {
    let run = try workplace.fovea(
      ["predict"] + network.arguments + [network.pictures, "--top", "3", "--quiet"]
        + (network.labels.map { ["--labels", $0] } ?? []))
    exhibit.show(run)
    if guest == nil { exhibit.show(try drawnPictures(in: workplace)) }
    exhibit.number("rows", "Pictures", run.printed.split(separator: "\n").count)
    exhibit.showNumbers()
  }
  if guest == nil {
    exhibit.show(
      command:
        "make lecture MODEL=vgg16 WEIGHTS=vgg16.h5 LABELS=imagenet_class_index.json PICTURES=elephants",
      because:
        "Published weights are not part of this project. With a file of them, pictures of yours are named here:"
    )
  }
  return exhibit
}

/// The pictures that the network of the samples is asked about.
private func drawnPictures(in workplace: Workplace) throws -> [Picture] {
  try FileManager.default.contentsOfDirectory(atPath: "Samples/classes").sorted().map { name in
    let copy = "asked-\(name)"
    try Data(contentsOf: URL(fileURLWithPath: "Samples/classes/\(name)"))
      .write(to: URL(fileURLWithPath: workplace.path(copy)))
    let what = name.replacing(".png", with: "")
    return try workplace.picture(copy, "A drawn picture: \(what)", what, shown: 128)
  }
}

/// A picture itself, or the first one of a folder.
private func firstPicture(in path: String) throws -> String {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
    return path
  }
  let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  let picture = names.first { name in
    ["jpg", "jpeg", "png", "webp"].contains { name.lowercased().hasSuffix("." + $0) }
  }
  guard let picture else { throw LectureError.unexpected(what: path, found: "no picture") }
  return "\(path)/\(picture)"
}
