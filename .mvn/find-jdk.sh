# Sourced by mvnw and unmask: sets JAVA_HOME to a JDK 25.0.3 or newer, or says in one line what to install.
# Looks at JAVA_HOME, the java on PATH, and the places where JDKs are usually installed.

unmask_jdk_ok() { # $1: a candidate home; true if its release file says 25.0.3 or newer and it has a compiler
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  unmask_v=$(sed -n 's/^JAVA_VERSION="\([0-9.]*\).*/\1/p' "$1/release")
  unmask_major=${unmask_v%%.*}
  [ -n "$unmask_major" ] && [ "$unmask_major" -ge 25 ] || return 1
  [ "$unmask_major" -gt 25 ] && return 0
  unmask_patch=$(printf '%s.0.0' "$unmask_v" | cut -d. -f2-3) # JDK-8377811: 25.0.0 to 25.0.2 miscompile
  case "$unmask_patch" in
  0.0 | 0.1 | 0.2) return 1 ;;
  esac
}

unmask_find_jdk() {
  unmask_path_java=$(command -v java 2>/dev/null) && unmask_path_java=$(readlink -f "$unmask_path_java" 2>/dev/null)
  for unmask_home in "${JAVA_HOME-}" "${unmask_path_java%/bin/java}" \
    /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /opt/jdk/* "${HOME-}"/.sdkman/candidates/java/* \
    "${HOME-}"/.jdks/* "${HOME-}"/.local/share/mise/installs/java/* "${HOME-}"/.asdf/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if [ -n "$unmask_home" ] && unmask_jdk_ok "$unmask_home"; then
      JAVA_HOME=$unmask_home
      export JAVA_HOME
      return 0
    fi
  done
  echo "unmask: no JDK 25.0.3 or newer found; install one (for example Temurin 25 from https://adoptium.net) or set JAVA_HOME to it" >&2
  return 1
}

unmask_find_jdk || exit 1
