import ArgumentParser

struct FoveaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fovea",
    abstract: "Filters pictures by convolution, and looks into convolutional networks.",
    discussion: """
      Inputs are files, folders (walked through in order of names) or - for paths on standard input. Outputs appear \
      whole or not at all, in the folder Output unless -o says otherwise. One bad input never stops the others.

      EXIT STATUS
        0 all done   1 some input failed   64 wrong usage   130 interrupted

      EXAMPLES
        fovea filter gaussian --sigma 2 photo.jpg -o soft.png
        fovea correlate --kernel "0 1 2; 2 2 0; 0 1 2" photos -o edges
        fovea summary vgg16
        fovea activations model.h5 photo.jpg --layers conv
      """,
    version: toolVersion,
    subcommands: [
      FilterCommand.self, CorrelateCommand.self, ConvolveCommand.self, MatchCommand.self,
      ResizeCommand.self, ModelsCommand.self, InspectCommand.self, SummaryCommand.self,
      FiltersCommand.self, ActivationsCommand.self, StatisticsCommand.self, PatchesCommand.self,
      CompareCommand.self, CamCommand.self, PredictCommand.self, ApplyCommand.self, ReportCommand.self,
      ConvertCommand.self, BenchmarkCommand.self, TrainCommand.self, EvaluateCommand.self,
      TransferCommand.self, DenoiseCommand.self, SegmentCommand.self,
    ])
}

/// The version of the command line; part of the settings that `--resume` compares.
let toolVersion = "0.1.0"
