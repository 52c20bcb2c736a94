import ArgumentParser
import Batch
import Fovea
import Isolation

@main
enum Main {
  static func main() {
    // First: a process that was started to read one damaged file does nothing else.
    WorkerProcess.serveIfAsked(jobs: [.hdf5])
    Interruption.ignoreBrokenPipes()
    FoveaCommand.main(Array(escapedArguments().dropFirst()))
  }
}
