import Convolution
import Imaging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The rows and columns of the regions that libvips asks for.
private let tileSide = 128.0

/// The most floats a region with its margins may have, half a gigabyte: every thread holds one or two.
private let largestRegion = 134_217_728.0

/// A filter made ready for one picture: its kernels, where it reads, and what is done to values before and after.
struct FilterPlan: Sendable {
  let window: RegionWindow
  /// The greatest code value of the picture's type; 255 for floats.
  let top: Float

  private let work: RegionWork
  private let isDerivative: Bool
  private let hasAlpha: Bool
  private let inLinearLight: Bool

  init(
    _ filter: Filter, of image: Image, output: OutputMode, boundary: Boundary, inLinearLight: Bool
  ) throws(FilteringError) {
    let sides = filter.kernelSides
    guard (sides.height + tileSide) * (sides.width + tileSide) * Double(image.channels) <= largestRegion
    else {
      throw .kernelTooLarge(kernelHeight: sides.height, kernelWidth: sides.width)
    }
    let work = RegionWork(filter, output: output, codeValue: image.pixelType == .uint16 ? 257 : 1)
    let size = work.window
    guard output.outputExtent(input: image.height, kernel: size.height) != nil,
      output.outputExtent(input: image.width, kernel: size.width) != nil
    else {
      throw .kernelLargerThanPicture(
        kernelHeight: size.height, kernelWidth: size.width, height: image.height, width: image.width)
    }
    let convolves = filter.convolves
    self.work = work
    isDerivative = filter.isDerivative
    hasAlpha = image.hasAlpha
    self.inLinearLight = inLinearLight
    let top: Float = image.pixelType == .uint16 ? 65535 : 255
    self.top = top
    let codeValue = top / 255
    var outside = [Float](repeating: 0, count: image.channels)
    if case .constant(let value) = boundary {
      outside = [Float](repeating: value * codeValue, count: image.channels)
      if image.hasAlpha { outside[image.channels - 1] = top }
    }
    window = RegionWindow(
      kernelHeight: size.height, kernelWidth: size.width,
      rows: places(image.height, size.height, output, convolves, boundary),
      columns: places(image.width, size.width, output, convolves, boundary), outside: outside)
  }

  /// Filters one region; results are put where `mapping` says, an alpha channel is not.
  func run(_ region: RegionBuffers, _ mapping: ValueMapping) {
    if inLinearLight { eachColour(of: region) { linear($0 / top) * top } }
    if hasAlpha { premultiply(region) }
    work.run(region, colours: hasAlpha ? region.channels - 1 : region.channels, drawingHue: mapping.drawsHue)
    if mapping.drawsHue { return drawHue(region, mapping.scale) }
    if hasAlpha && isDerivative { copyAlpha(region) } else if hasAlpha { unpremultiply(region) }
    let (scale, offset) = (mapping.scale, mapping.offset)
    guard inLinearLight || mapping != .asIs else { return }
    let channels = region.channels
    let colours = hasAlpha ? channels - 1 : channels
    let encodes = inLinearLight && !isDerivative
    for row in 0..<region.height {
      let line = region.output + row * region.outputStride
      for pixel in 0..<region.width {
        for channel in 0..<colours {
          var value = line[pixel * channels + channel]
          if encodes { value = encoded(value / top) * top }
          line[pixel * channels + channel] = value * scale + offset
        }
      }
    }
  }

  /// Makes colours of the angle and the length that stand in a pixel's first two channels.
  private func drawHue(_ region: RegionBuffers, _ scale: Float) {
    for row in 0..<region.height {
      for pixel in 0..<region.width {
        let values = region.output + row * region.outputStride + pixel * region.channels
        let sixths = values[0] / (.pi / 3)
        let brightness = min(values[1] * scale, top)
        // Red is full within a sixth of a turn around 0 and gone beyond a third; green and blue stand at thirds.
        for channel in 0..<region.channels {
          let from = abs((sixths - 2 * Float(channel)).remainder(dividingBy: 6))
          values[channel] = brightness * min(1, max(0, 2 - from))
        }
      }
    }
  }

  private func eachColour(of region: RegionBuffers, _ body: (Float) -> Float) {
    let channels = region.channels
    let colours = hasAlpha ? channels - 1 : channels
    for pixel in 0..<region.inputHeight * region.inputWidth {
      let values = region.input + pixel * channels
      for channel in 0..<colours { values[channel] = body(values[channel]) }
    }
  }

  private func premultiply(_ region: RegionBuffers) {
    let alpha = region.channels - 1
    for pixel in 0..<region.inputHeight * region.inputWidth {
      let values = region.input + pixel * region.channels
      let share = values[alpha] / top
      for channel in 0..<alpha { values[channel] *= share }
    }
  }

  /// Back to plain colours; where nothing is opaque there is no colour to speak of: 0.
  private func unpremultiply(_ region: RegionBuffers) {
    let alpha = region.channels - 1
    for row in 0..<region.height {
      for pixel in 0..<region.width {
        let values = region.output + row * region.outputStride + pixel * region.channels
        let gain = values[alpha] > 0 ? top / values[alpha] : 0
        for channel in 0..<alpha { values[channel] *= gain }
      }
    }
  }

  /// The alpha of the pixel under the kernel's centre.
  private func copyAlpha(_ region: RegionBuffers) {
    let alpha = region.channels - 1
    let (down, right) = (window.kernelHeight / 2, window.kernelWidth / 2)
    for row in 0..<region.height {
      for pixel in 0..<region.width {
        region.output[row * region.outputStride + pixel * region.channels + alpha] =
          region.input[(row + down) * region.inputStride + (pixel + right) * region.channels + alpha]
      }
    }
  }
}

/// The source of each place of an axis extended as the output mode needs it; -1 where the boundary is a constant.
private func places(
  _ count: Int, _ kernel: Int, _ output: OutputMode, _ convolves: Bool, _ boundary: Boundary
) -> [Int32] {
  let leading = output.leading(kernel: kernel, convolving: convolves)
  let extent = (output.outputExtent(input: count, kernel: kernel) ?? 0) + kernel - 1
  return (0..<extent).map { Int32(boundary.source(of: $0 - leading, count: count) ?? -1) }
}

/// sRGB's transfer curve undone: code value to light, both 0...1.
private func linear(_ value: Float) -> Float {
  value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
}

/// sRGB's transfer curve: light to code value, both 0...1.
private func encoded(_ light: Float) -> Float {
  light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
}
