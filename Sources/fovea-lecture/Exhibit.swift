/// One exhibit of the lecture: what it shows, the command, its numbers, its picture, in the order in which they were put up.
///
/// ```swift
/// var exhibit = Exhibit("stride", "A stride keeps every second answer")
/// exhibit.say("…")
/// exhibit.show(run)
/// exhibit.number("shape", "Output", [2, 2])
/// ```
struct Exhibit {
  /// A number of an exhibit, or several that belong together.
  struct Number {
    let key: String
    let label: String
    let values: [Double]
    let text: String
  }

  /// Names the exhibit in addresses and in `lecture.json`.
  let id: String
  let title: String
  private(set) var body = ""
  private(set) var numbers: [Number] = []
  /// Where ``numbers`` stood when they were last shown.
  private var shown = 0

  init(_ id: String, _ title: String) {
    self.id = id
    self.title = title
  }

  /// A paragraph; `text` is HTML.
  mutating func say(_ text: String) { body += "<p>\(text)</p>\n" }

  /// A finished piece of HTML: a formula, a drawing.
  mutating func show(_ html: String) { body += html + "\n" }

  /// Commands one below the other; what a command printed stands under it, folded away where it is long.
  ///
  /// That it printed the name of the file it wrote is not repeated: the name is in the command.
  mutating func show(_ runs: FoveaRun..., keeping isKept: (Substring) -> Bool = { _ in true }) {
    show(runs, keeping: isKept)
  }

  mutating func show(_ runs: [FoveaRun], keeping isKept: (Substring) -> Bool = { _ in true }) {
    body += "<figure class=\"command\"><figcaption>\(runs.count == 1 ? "Command" : "Commands")</figcaption>\n"
    for run in runs {
      body += "<pre tabindex=\"0\" aria-label=\"Command\"><code>\(escaped(run.typed))</code></pre>\n"
      let lines = run.answer.split(separator: "\n", omittingEmptySubsequences: false)
      let kept = lines.filter(isKept)
      guard !run.answer.isEmpty else { continue }
      let answer = kept.joined(separator: "\n") + (kept.count < lines.count ? "\n…" : "")
      let block = "<pre tabindex=\"0\" aria-label=\"What it prints\"><samp>\(escaped(answer))</samp></pre>\n"
      body += kept.count > 14 ? "<details><summary>what it prints</summary>\(block)</details>\n" : block
    }
    body += "</figure>\n"
  }

  /// A command that is not run here, and why.
  mutating func show(command: String, because reason: String) {
    body += "<div class=\"absent\"><p>\(reason)</p>"
    body += "<p>It was not run for this page; <code>fovea --help</code> lists the commands of this build.</p>"
    body += "<pre tabindex=\"0\" aria-label=\"Command\"><code>\(escaped(command))</code></pre></div>\n"
  }

  /// The file of this program that computed what is shown, for what has no command of its own.
  mutating func show(program: String, in workplace: Workplace) throws {
    let source = try workplace.source(program)
    body += "<figure class=\"command\"><figcaption>Program, run by <code>make lecture</code>: "
    body += "<code>Sources/fovea-lecture/\(escaped(program))</code></figcaption><details>"
    body += "<summary>the Swift that computes this</summary>"
    body +=
      "<pre tabindex=\"0\" aria-label=\"Program\"><code>\(escaped(source))</code></pre></details></figure>\n"
  }

  /// Pictures beside each other.
  mutating func show(_ pictures: [Picture]) {
    body += "<div class=\"pictures\">" + pictures.map(\.html).joined() + "</div>\n"
  }

  /// Notes a number under `key` and puts it among the next ``showNumbers()``.
  mutating func number(_ key: String, _ label: String, _ values: [Double], text: String? = nil) {
    numbers.append(
      Number(
        key: key, label: label, values: values,
        text: text ?? values.map(numberText).joined(separator: values.count > 4 ? " " : ", ")))
  }

  mutating func number(_ key: String, _ label: String, _ value: Int) {
    number(key, label, [Double(value)])
  }

  /// A shape such as 504 × 504.
  mutating func shape(_ key: String, _ label: String, _ extents: [Int]) {
    number(key, label, extents.map(Double.init), text: extents.map(String.init).joined(separator: " × "))
  }

  /// The numbers noted since the last time, as a table.
  mutating func showNumbers() {
    guard shown < numbers.count else { return }
    let rows = numbers[shown...].map {
      "<tr><th scope=\"row\">\($0.label)</th><td>\(escaped($0.text))</td></tr>"
    }
    body +=
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Numbers of this exhibit\"><table class=\"numbers\">"
    body += "<tbody>\(rows.joined())</tbody></table></div>\n"
    shown = numbers.count
  }
}
