/// How a batch is run and told.
package struct BatchOptions: Sendable, Hashable {
  /// Inputs worked on at the same time.
  package var jobs: Int
  package var dryRun = false
  package var overwrite = false
  package var resume = false
  package var failFast = false
  package var quiet = false
  package var json = false

  package init(jobs: Int) { self.jobs = max(1, jobs) }
}
