import CKernels

/// The micro-kernels for rows of pixels that this processor runs fastest.
let pixelKernels = fovea_plane_kernels_best().pointee
