/** The operations of a transformer as TornadoVM kernels. */
package org.unmask.tornado.kernel;
