public import ArgumentParser
public import Fovea

/// How float results become the code values of a picture.
struct RangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How results become pixels: clip, fixed (divided by the sum of the positive taps; 0 of signed results at mid-grey), stretch or symmetric (default: fixed for derivative filters, else clip). npy results stay as they are.",
      valueName: "range"))
  var range: OutputRange?

  @Flag(help: "Filter light instead of code values: sRGB's transfer curve is undone before and done after.")
  var linearLight = false
}

/// Which derivative is kept.
struct ComponentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "magnitude, x, y or direction (drawn as a hue; .npy has radians).", valueName: "component"))
  var component = GradientComponent.magnitude
}

extension OutputRange: ExpressibleByArgument {}
extension GradientComponent: ExpressibleByArgument {}
