/// The page: a list of contents, and the exhibits by chapter.
struct LecturePage {
  private var contents = ""
  private var chapters = ""
  private var count = 0

  mutating func add(_ title: String, _ exhibits: [Exhibit]) {
    let id = "chapter-\(title.lowercased().split { !$0.isLetter }.joined(separator: "-"))"
    contents += "<li><a href=\"#\(id)\">\(escaped(title))</a><ol>"
    chapters += "<h2 id=\"\(id)\">\(escaped(title))</h2>\n"
    for exhibit in exhibits {
      count += 1
      contents += "<li><a href=\"#\(exhibit.id)\">\(escaped(exhibit.title))</a></li>"
      chapters += """
        <section id="\(exhibit.id)" aria-labelledby="\(exhibit.id)-title">
        <h3 id="\(exhibit.id)-title"><a href="#\(exhibit.id)">\(count)</a> \(escaped(exhibit.title))</h3>
        \(exhibit.body)</section>

        """
    }
    contents += "</ol></li>\n"
  }

  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'">
    <title>Fovea: the lecture, live</title>
    <style>\(String(decoding: PackageResources.lecture_css, as: UTF8.self))</style>
    </head>
    <body>
    <a class="skip" href="#content">Skip to the exhibits</a>
    <header>
    <h1>Convolutional networks, exhibit by exhibit</h1>
    <p>What a lecture on convolutional and deep networks shows, computed on this machine by Fovea when this page was written.
    Commands are typed in the project’s folder; numbers are what they answered, and stand in <a href="lecture.json">lecture.json</a>
    too. A click on a picture opens it by itself. Pictures and small networks come from <code>Samples/</code>.</p>
    </header>
    <nav aria-label="Exhibits"><details open><summary>Exhibits</summary><ol>
    \(contents)</ol></details></nav>
    <main id="content" tabindex="-1">
    \(chapters)</main>
    <footer><p>Written by <code>make lecture</code>.</p></footer>
    </body>
    </html>

    """
  }
}
