package org.unmask.model.device;

/**
 * A device, or why there is none.
 *
 * @param backend name of the backend that found it
 * @param name the device's own name, or that of the backend if there is no device
 * @param isUsable whether a model can be loaded on it
 * @param detail memory and versions of a usable device; else what is missing and what to do
 */
public record DeviceInfo(String backend, String name, boolean isUsable, String detail) {}
