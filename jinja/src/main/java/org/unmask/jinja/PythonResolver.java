package org.unmask.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/** Gives lists and strings Python's negative indices, and strings and maps Python's methods. */
final class PythonResolver extends CompositeELResolver {

  private static final Pattern INDEX = Pattern.compile("-?\\d{1,8}");

  PythonResolver(ELResolver others) {
    add(others);
  }

  @Override
  public @Nullable Object getValue(
      ELContext context, @Nullable Object base, @Nullable Object property) {
    if (property != null && INDEX.matcher(property.toString()).matches()) {
      int i = Integer.parseInt(property.toString());
      switch (base) {
        case List<?> list -> {
          context.setPropertyResolved(true);
          int at = i < 0 ? i + list.size() : i;
          return at >= 0 && at < list.size() ? list.get(at) : null;
        }
        case String text -> {
          context.setPropertyResolved(true);
          int at = i < 0 ? i + text.length() : i;
          return at >= 0 && at < text.length() ? text.substring(at, at + 1) : null;
        }
        case null, default -> {}
      }
    }
    return super.getValue(context, base, property);
  }

  @Override
  public @Nullable Object invoke(
      ELContext context,
      @Nullable Object base,
      Object method,
      Class<?> @Nullable [] types,
      Object @Nullable [] given) {
    Object[] args = given == null ? new Object[0] : given;
    String name = method.toString();
    switch (base) {
      case String text -> {
        context.setPropertyResolved(true);
        try {
          return PythonStrings.call(text, name, args);
        } catch (IllegalArgumentException e) { // which jinjava would take for a missing property
          throw new ELException(e.getMessage(), e);
        }
      }
      case List<?> list when name.equals(PythonSyntax.REVERSED) -> {
        context.setPropertyResolved(true);
        return list.reversed();
      }
      case Map<?, ?> map when name.equals("get") -> {
        context.setPropertyResolved(true);
        Object value = map.get(args[0]);
        return value == null && args.length > 1 ? args[1] : value;
      }
      case null, default -> {}
    }
    return super.invoke(context, base, method, types, args);
  }
}
