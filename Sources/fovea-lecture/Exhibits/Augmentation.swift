import Fovea

/// One picture, changed as training would change it.
func augmentation(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("augmentation", "Augmentation: more pictures out of one")
  exhibit.say(
    """
    A pear that is flipped, shifted, turned or a little larger is still a pear. Training that sees another variant in every epoch
    has, in effect, more pictures.
    """)
  exhibit.show(
    command: trainingCommand("--batch-norm --dropout --augment"),
    because: "Training with augmented pictures:")
  return exhibit
}
