/** NVIDIA GPUs through {@code java.lang.foreign}: driver, NVRTC and cuBLAS, no third-party jar. */
package org.unmask.gpu.cuda;
