package import SystemPackage

/// Where the pictures of a page go: beside it, or into it.
package protocol PictureSink {
  /// Has `write` write a picture called `name` to the path it is given, now or soon, and says what an `<img>` calls it.
  mutating func picture(
    _ name: String, _ write: @escaping @Sendable (FilePath) throws -> Void
  ) throws -> String
}
