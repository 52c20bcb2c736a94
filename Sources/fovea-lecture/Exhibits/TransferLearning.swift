import Fovea

/// The first layers of a trained network, and a new head on them.
func transferLearning(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("transfer", "Transfer learning")
  exhibit.say(
    """
    The first layers of a network trained on a million pictures are of use for other pictures too. They are kept as they are, what
    they make of a thousand pictures of one’s own is computed once, and only a new last layer is trained on that.
    """)
  exhibit.show(
    command:
      "fovea transfer --base squeezenet1.1 --weights squeezenet_v1.1.safetensors --data folder-of-classes -o classifier",
    because: "Published weights are not part of this project. With a file of them:")
  return exhibit
}
