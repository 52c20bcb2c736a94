import Mustache

/// The pages' templates, style and script, which travel inside the executable.
struct ReportTemplates: Sendable {
  private let library: MustacheLibrary
  let style: String
  let script: String

  /// Nothing is loaded but what lies beside the page or in it, and nothing is sent anywhere.
  static let policy =
    "default-src 'none'; img-src 'self' file: data:; script-src 'self' file: 'unsafe-inline'; style-src 'unsafe-inline'; "
    + "base-uri 'none'; form-action 'none'"

  init() throws {
    MustacheContentTypes.register(HTMLByCodePoint(), named: "CODEPOINTS")
    var library = MustacheLibrary()
    for (name, bytes) in [
      ("picture-page", PackageResources.picture_page_mustache),
      ("picture", PackageResources.picture_mustache),
      ("index-head", PackageResources.index_head_mustache),
      ("card", PackageResources.card_mustache),
      ("failure", PackageResources.failure_mustache),
      ("index-tail", PackageResources.index_tail_mustache),
      ("single-tail", PackageResources.single_tail_mustache),
    ] {
      try library.register(String(decoding: bytes, as: UTF8.self), named: name)
    }
    self.library = library
    style = String(decoding: PackageResources.report_css, as: UTF8.self)
    script = String(decoding: PackageResources.report_js, as: UTF8.self)
  }

  func render(_ name: String, _ values: [String: Any]) -> String {
    library.render(values, withTemplate: name) ?? ""
  }
}
