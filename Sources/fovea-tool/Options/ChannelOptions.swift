import ArgumentParser
import Fovea

/// Which channels of a layer are drawn, and in what order.
struct ChannelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Channels to draw, such as 0,3,8-15 (default: all).", valueName: "list"))
  var channels: String?

  @Option(help: ArgumentHelp("The order of channels: index, mean, max, std or sparsity.", valueName: "key"))
  var sort = ChannelSelection.Order.index

  /// The strongest `top` of the channels asked for; what is no list of channels ends the program with status 64.
  func selection(top: Int?) throws -> ChannelSelection {
    var selection = ChannelSelection(sort: sort, top: top)
    do throws(VisualizationError) {
      selection.channels = try channels.map { (text) throws(VisualizationError) in
        try [Int](parsingChannels: text)
      }
    } catch { throw wrongUsage("--channels: \(error)") }
    return selection
  }
}
