/** Forward calls over the operations of a transformer, as task graphs of TornadoVM. */
package org.unmask.tornado;
