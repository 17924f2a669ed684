# SPDX-License-Identifier: GPL-3.0-or-later
# Clean roots of Debian for the scripts beside this one, which read it in. The mirror is that of
# this machine's own apt.

# make_root SUITE FOLDER: a minimal Debian there, with /proc, gone when the script ends.
make_root ()
{
  local mirror
  mirror=$(apt-cache policy | sed -n 's/^ *[0-9]* \([a-z]*:[^ ]*\) [a-z]*\/main .*/\1/p' \
    | grep -v security | head -n 1)
  [ -n "$mirror" ] || { echo "no mirror in the configuration of apt" >&2; return 1; }
  echo "Making a root of $1" >&2
  debootstrap --variant=minbase "$1" "$2" "$mirror" >"$2.log" 2>&1 || { tail "$2.log" >&2; return 1; }
  mount -t proc proc "$2/proc" || return 1
  # shellcheck disable=SC2064 # the folder of now
  trap "umount '$2/proc'; rm -rf '$2'" EXIT
}

# in_root FOLDER COMMAND...: with nothing of this environment.
in_root ()
{
  local root=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive ${in_root_env-} chroot "$root" "$@" </dev/null
}

# copy_tree FOLDER: the files that git knows, as they are now.
copy_tree ()
{
  mkdir -p "$1" && git ls-files -z | xargs -0 tar -c | tar -x -C "$1"
}
