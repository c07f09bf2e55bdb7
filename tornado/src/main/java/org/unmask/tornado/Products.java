package org.unmask.tornado;

import java.util.Arrays;
import org.unmask.tornado.kernel.ProductKernel;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Who multiplies matrices. */
enum Products {

  /** A kernel in Java, on any backend. */
  KERNEL {
    @Override
    void add(
        Recording to,
        FloatArray weight,
        FloatArray in,
        FloatArray out,
        Size size,
        boolean accumulate) {
      int groups =
          Math.ceilDiv(size.rows, ProductKernel.TILE)
              * Math.ceilDiv(size.outputs, ProductKernel.TILE);
      to.groups(
          groups,
          ProductKernel.GROUP,
          (g, id) ->
              g.task(
                  id,
                  ProductKernel::product,
                  CONTEXT,
                  in,
                  weight,
                  out,
                  size.rows,
                  size.outputs,
                  size.inputs,
                  accumulate ? 1 : 0),
          in,
          weight,
          out);
    }
  },

  /** cuBLAS, by the library tasks of TornadoVM's CUDA backend. */
  CUBLAS {
    @Override
    void add(
        Recording to,
        FloatArray weight,
        FloatArray in,
        FloatArray out,
        Size size,
        boolean accumulate) {
      float beta = accumulate ? 1f : 0f;
      int n = size.outputs;
      int k = size.inputs;
      // column-major, so that the transposed result is computed: (transposed weight) (in)
      Object[] arguments = {1, 0, n, size.rows, k, 1f, weight, k, in, k, beta, out, n};
      Access[] accesses = new Access[arguments.length];
      Arrays.fill(accesses, Access.READ_ONLY);
      accesses[OUT] = accumulate ? Access.READ_WRITE : Access.WRITE_ONLY;
      to.library(
          (g, id) ->
              g.libraryTask(
                  id,
                  _ ->
                      new LibraryTaskDescriptor()
                          .withLibrary("nvidia/cublas")
                          .withFunction("cublasSgemm")
                          .withParameters(arguments)
                          .withAccess(accesses),
                  out),
          in,
          weight,
          out);
    }
  };

  private static final KernelContext CONTEXT = new KernelContext();
  private static final int OUT = 11;

  /**
   * The size of a product.
   *
   * @param rows rows of in and out
   * @param outputs rows of the weight, columns of out
   * @param inputs columns of the weight and of in
   */
  record Size(int rows, int outputs, int inputs) {}

  /** Records out = in times weight transposed, or out += that. */
  abstract void add(
      Recording to,
      FloatArray weight,
      FloatArray in,
      FloatArray out,
      Size size,
      boolean accumulate);
}
