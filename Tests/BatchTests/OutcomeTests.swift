import Batch
import SystemPackage
import Testing

@Suite struct OutcomeTests {
  struct Prediction: Encodable { let predictions: [Float] }

  func line(_ outcome: Outcome) -> String { String(decoding: jsonLine(outcome), as: UTF8.self) }

  @Test func anObjectHoldsWhatIsPromised() {
    #expect(
      line(
        Outcome(
          input: "a/b.jpg", outputs: ["Output/b.jpg"], status: .done, problem: nil, seconds: 0.12345,
          details: nil))
        == #"{"error":null,"input":"a/b.jpg","outputs":["Output/b.jpg"],"seconds":0.123,"status":"done"}"#
        + "\n")
    #expect(
      line(
        Outcome(
          input: "x", outputs: [], status: .failed,
          problem: Problem(kind: "missing", message: "no \"such\" file"),
          seconds: 0, details: nil))
        == #"{"error":{"kind":"missing","message":"no \"such\" file"},"input":"x","outputs":[],"seconds":0,"status":"failed"}"#
        + "\n")
  }

  @Test func namesThatAreNoTextComeWhole() {
    let name = FilePath(bytes: [0x61, 0xFF])
    let text = line(
      Outcome(input: name, outputs: [name], status: .done, problem: nil, seconds: 0, details: nil))
    #expect(text.contains(#""input":"a\#u{FFFD}""#) && text.contains(#""input_bytes":"Yf8=""#))
    #expect(text.contains(#""outputs_bytes":["Yf8="]"#))
  }

  @Test func detailsStandBesideTheRest() {
    let text = line(
      Outcome(
        input: "x", outputs: [], status: .done, problem: nil, seconds: 0,
        details: Prediction(predictions: [0.5])))
    #expect(
      text == #"{"error":null,"input":"x","outputs":[],"predictions":[0.5],"seconds":0,"status":"done"}"#
        + "\n")
  }

  @Test func countsReadAsASentence() {
    var counts = Counts()
    #expect(counts.summary == "0 done")
    counts.done = 41
    counts.failed = 3
    counts.leftAlone = 1
    #expect(counts.summary == "41 done, 3 failed; 1 other file left alone")
  }
}
