package import NeuralNetwork

/// The receptive field of one output pixel as a rectangle in pixels of the input; it may reach past the input's edges.
package struct FieldBox: Sendable, Hashable {
  package let left: Double
  package let top: Double
  package let width: Double
  package let height: Double

  package init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  package init(_ field: ReceptiveField, row: Int, column: Int) {
    width = field.columns.size
    height = field.rows.size
    left = field.columns.centre + Double(column) * field.columns.jump - width / 2
    top = field.rows.centre + Double(row) * field.rows.jump - height / 2
  }
}
