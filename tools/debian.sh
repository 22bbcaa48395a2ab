# Installs a Debian package, as root or with sudo; says what to do where neither is possible. Source it from sh.
debian_install() {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Please install $* with your system's package manager and run make again." >&2
        return 1
    fi
    run=""
    [ "$(id -u)" -eq 0 ] || run="sudo"
    $run apt-get update -qq && DEBIAN_FRONTEND=noninteractive $run apt-get install -qq -y --no-install-recommends "$@"
}
