/** Forward calls over operations that a device provides. */
package org.unmask.gpu;
