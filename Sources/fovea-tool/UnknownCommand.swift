import ArgumentParser
import Batch
import Fovea
import SystemPackage

/// What is wrong with the names of the command and of its filter, also behind `help`, before anything else is looked at;
/// `nil` when they are known, or options stand in their place.
func unknownCommand(in arguments: [String]) -> String? {
  func names(_ command: any ParsableCommand.Type) -> [String] {
    command.configuration.subcommands.map { $0._commandName }
  }
  let arguments = arguments.first == "help" ? Array(arguments.dropFirst()) : arguments
  guard let command = arguments.first, !command.hasPrefix("-"), command != "help" else { return nil }
  let commands = names(FoveaCommand.self)
  guard commands.contains(command) else {
    return unknown("command", command, among: commands, help: "fovea --help")
  }
  guard command == FilterCommand._commandName, arguments.count > 1, !arguments[1].hasPrefix("-") else {
    return nil
  }
  let filters = names(FilterCommand.self)
  guard !filters.contains(arguments[1]) else { return nil }
  return unknown("filter", arguments[1], among: filters, help: "fovea filter --help")
}

private func unknown(_ kind: String, _ name: String, among known: [String], help: String) -> String {
  let nearest = nearestNames(to: name, in: known).map { "'\($0)'" }.joined(separator: ", ")
  return
    "there is no \(kind) '\(FilePath(argument: name).displayed)'; nearest: \(nearest); \(help) lists them all"
}
