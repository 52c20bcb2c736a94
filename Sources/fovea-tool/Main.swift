import ArgumentParser
import Batch
import Fovea
import Isolation

@main
enum Main {
  static func main() {
    // First: a process that was started to read one damaged file does nothing else.
    WorkerProcess.serveIfAsked(jobs: [.hdf5, .pictures, .command])
    Interruption.ignoreFailedWrites()
    let arguments = Array(escapedArguments().dropFirst())
    if let wrong = unknownCommand(in: arguments) { FoveaCommand.exit(withError: wrongUsage(wrong)) }
    FoveaCommand.main(arguments)
  }
}
