import Reports
import Testing
import Visualization

@Suite struct PageTextTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("\" onload=\"x", "&quot; onload=&quot;x"), ("' onload='x", "&#39; onload=&#39;x"),
    ("a & b &amp; c", "a &amp; b &amp;amp; c"),
    // One character to Swift, a quote and a mark to a browser.
    ("\"\u{301} onerror=x", "&quot;\u{301} onerror=x"), ("<\u{200D}b>\u{FE0F}", "&lt;\u{200D}b&gt;\u{FE0F}"),
    ("a\0b", "a\u{FFFD}b"), ("grün 猫", "grün 猫"),
  ])
  func `text cannot leave its place`(text: String, expected: String) {
    #expect(markupText(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test(arguments: [
    ("photo.jpg", "./photo.jpg"), ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
    ("//host/x", ".///host/x"), ("a b?c#d", "./a%20b%3Fc%23d"), ("100%", "./100%25"),
    ("\"'<>", "./%22%27%3C%3E"),
  ])
  func `an address is relative whatever the name`(name: String, expected: String) {
    #expect(relativeAddress(name.utf8) == expected)
  }

  @Test func `names that are no text keep their bytes`() {
    #expect(relativeAddress([0x61, 0xFF, 0xFE, 0x2E, 0x70]) == "./a%FF%FE.p")
  }

  @Test func `JSON cannot end its script`() throws {
    let json = try scriptJSON([["</script><script>alert(1)//", "<!--", "\u{2028}&"]])
    #expect(!json.contains("<") && !json.contains(">") && !json.contains("&") && !json.contains("\u{2028}"))
    #expect(json.contains("\\u003C/script\\u003E"))
  }
}
