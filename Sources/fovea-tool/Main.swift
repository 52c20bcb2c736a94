import ArgumentParser
import Batch

@main
enum Main {
  static func main() {
    Interruption.ignoreBrokenPipes()
    FoveaCommand.main(Array(escapedArguments().dropFirst()))
  }
}
