import Fovea

/// One picture, changed as training would change it.
func augmentation(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("augmentation", "Augmentation: more pictures out of one")
  let (side, count) = (128, 3)
  let pictures = try ChangedPictures(square: side, row: 150, column: 150, of: "Samples/still-life.png")
  exhibit.say(
    """
    A pear that is flipped, shifted, turned, a little larger or cut out a little off is still a pear. Training that sees another
    variant in every epoch has, in effect, more pictures. Below, \(count) random changes of each kind, and all kinds at once; what
    moves in from beyond the border repeats the pixels there.
    """)
  try exhibit.show(program: "Computations/ChangedPictures.swift", in: workplace)
  try Raster(pictures.original).image().write(to: workplace.path("augmented-none.png"))
  var shown = [
    try workplace.picture("augmented-none.png", "A pear before a wall", "as it is", shown: 104)
  ]
  for (place, kind) in ChangedPictures.kinds.enumerated() {
    let name = "augmented-\(kind.name).png"
    let changed = pictures.changed(by: kind.augmentation, count: count, seed: UInt64(place + 2))
    try Raster(changed).image().write(to: workplace.path(name))
    shown.append(
      try workplace.picture(name, "The same \(count) times, \(kind.name)", kind.name, shown: 100))
    let size = pictures.original.shape.count
    let differing = (0..<count).count { variant in
      changed.scalars[variant * size..<(variant + 1) * size] != pictures.original.scalars[...]
    }
    exhibit.number(
      "differing-\(kind.name)", "Variants that differ from the original: \(kind.name)", [Double(differing)],
      text: "\(differing) of \(count)")
  }
  exhibit.show(shown)
  exhibit.showNumbers()
  exhibit.show(
    command: trainingCommand("--batch-norm --dropout --augment"), because: "Training with augmented pictures:"
  )
  return exhibit
}
