import Foundation
import TestSupport
import Testing

/// `fovea report` on the small network of the page tests, which names layers as nobody should.
@Suite struct ReportTests {
  private let pictures: Pictures
  private let network = repositoryFolder + "/Tests/ReportsTests/Fixtures/hostile.h5"

  init() throws {
    pictures = try Pictures()
    for name in ["1.jpg", "2.jpg"] {
      try FileManager.default.copyItem(
        atPath: repositoryFolder + "/Samples/orientation/" + name,
        toPath: pictures.folder.appendingPathComponent(name).path)
    }
    try Data("no picture".utf8).write(to: pictures.folder.appendingPathComponent("bad.jpg"))
  }

  private func report(_ arguments: String...) throws -> Tool.Result {
    Tool.finish(try Tool.start(["report", network] + arguments, in: pictures.folder))
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: pictures.folder.appendingPathComponent(folder).path)
      .sorted()
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: pictures.folder.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func `a bad picture is named and listed, and the others are whole`() throws {
    let result = try report("1.jpg", "bad.jpg", "2.jpg", "-o", "out")
    #expect(result.status == 1)
    #expect(result.errors.contains("bad.jpg"))
    #expect(result.lines == ["out/pictures/1/index.html", "out/pictures/2/index.html", "out/index.html"])
    #expect(try names("out") == ["index.html", "pages.js", "pictures"])
    #expect(try names("out/pictures") == ["1", "2"])
    let index = try text("out/index.html")
    #expect(index.contains("1 input could not be read") && index.contains("<strong>bad.jpg</strong>"))
    #expect(try text("out/pages.js").contains("[\"./pictures/1/index.html\",\"1.jpg\"]"))
    // Whatever a page shows lies beside it.
    let page = try text("out/pictures/1/index.html")
    let beside = try names("out/pictures/1")
    for part in page.components(separatedBy: "src=\"./").dropFirst() {
      #expect(beside.contains(String(part.prefix { $0 != "\"" })))
    }
  }

  @Test func `what is there stays, is replaced, or is gone on with`() throws {
    #expect(try report("1.jpg", "-o", "out", "--quiet").status == 0)
    let second = try report("1.jpg", "2.jpg", "-o", "out")
    #expect(second.status == 1 && second.errors.contains("out/index.html is already there"))
    #expect(try names("out/pictures") == ["1"])
    let resumed = try report("1.jpg", "2.jpg", "-o", "out", "--resume")
    #expect(resumed.status == 0)
    #expect(resumed.lines == ["out/pictures/2/index.html", "out/index.html"])
    let cards = try text("out/index.html").components(separatedBy: "<li data-order=").count - 1
    #expect(cards == 2)
    #expect(try report("2.jpg", "-o", "out", "--overwrite").status == 0)
    #expect(
      try text("out/index.html").contains(">1 picture</title>")
        || text("out/index.html").contains("1 picture."))
  }

  @Test func `one file holds everything and nothing is beside it`() throws {
    let result = try report("1.jpg", "2.jpg", "--single-file", "-o", "out/all.html")
    #expect(result.status == 0 && result.lines == ["out/all.html"])
    #expect(try names("out") == ["all.html"])
    let page = try text("out/all.html")
    #expect(page.components(separatedBy: "<template data-page=").count - 1 == 2)
    #expect(!page.contains("src=\"./"))
    #expect(page.components(separatedBy: "src=\"data:image/").count - 1 >= 22)
  }

  @Test func `JSON tells predictions and layers`() throws {
    let result = try report("1.jpg", "-o", "out", "--json", "--layers", "conv")
    let line = try #require(result.lines.first)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(result.lines.count == 1)
    #expect((object["predictions"] as? [[String: Any]])?.count == 5)
    #expect(
      (object["layers"] as? [[String: Any]])?.first?["name"] as? String == "<img src=x onerror=alert(1)>")
    #expect(object["status"] as? String == "done")
  }

  @Test(arguments: [
    (["1.jpg", "-o", "x.html"], "--single-file"), (["1.jpg", "--single-file", "--resume"], "--resume"),
    (["1.jpg", "--classes", "0"], "--classes"), (["1.jpg", "--layers", "branch_1x2"], "branch_1x1"),
  ])
  func `wrong usage is said before any work`(arguments: [String], expected: String) throws {
    let result = Tool.finish(try Tool.start(["report", network] + arguments, in: pictures.folder))
    #expect(result.status == 64 && result.errors.contains(expected))
    #expect(try names(".").sorted() == ["1.jpg", "2.jpg", "bad.jpg"])
  }

  @Test func `nothing is written when no picture can be read, or nothing is to be`() throws {
    #expect(try report("bad.jpg", "-o", "out").status == 1)
    #expect(try report("1.jpg", "-o", "out", "--dry-run").lines == ["1.jpg -> out/pictures/1/index.html"])
    #expect(try report("bad.jpg", "--single-file", "-o", "out/all.html").status == 1)
    #expect(try names(".") == ["1.jpg", "2.jpg", "bad.jpg"])
  }

  @Test(.enabled(if: SharedData.isPresent))
  func `the classes of ImageNet have their names without a list`() throws {
    let folder = SharedData.path("models/caffe/squeezenet_v1.1/")
    let result = Tool.finish(
      try Tool.start(
        [
          "report", folder + "squeezenet_v1.1.caffemodel", "--prototxt", folder + "deploy.prototxt",
          SharedData.path("images/imagenet_samples/292_n02129604_tiger.JPEG"), "--layers", "pool10,prob",
          "-o",
          "out", "--json",
        ], in: pictures.folder))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("\"label\":\"tiger\"") && result.output.contains("n02129604"))
    #expect(try text("out/index.html").contains(">tiger<"))
  }

  @Test func `class names come from lists with any line ends, quoted or not`() throws {
    let lines = (0..<10).map { "'n0000000\($0) name''s \($0)'" }
    try Data(lines.joined(separator: "\r\n").utf8).write(
      to: pictures.folder.appendingPathComponent("labels.txt"))
    #expect(try report("1.jpg", "-o", "out", "--labels", "labels.txt", "--quiet").status == 0)
    let page = try text("out/pictures/1/index.html")
    #expect(page.contains("name&#39;s ") && page.contains(" · n0000000") && !page.contains("&#39;n000"))
  }
}
