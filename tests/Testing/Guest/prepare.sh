#!/bin/sh
# Gets a Debian kernel with its modules for the guest machine; QEMU and busybox are among the packages of ./dev setup.
# The kernel is unpacked into $TRUNKLINE_GUEST, by default ~/.cache/trunkline/guest; what is there is kept.
# Where this cannot be done it says so and succeeds: the tests that need a guest skip, and name this script.
set -eu

folder="${TRUNKLINE_GUEST:-${XDG_CACHE_HOME:-$HOME/.cache}/trunkline/guest}"

say() {
    echo "guest: $*" >&2
}

# The kernel package behind Debian's name for the newest one: linux-image-6.1.0-56-cloud-amd64.
kernel_package() {
    apt-cache depends "$1" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1
}

has_modules() {
    for module in bonding dummy veth 8021q; do
        [ -n "$(find "$1/lib/modules" -name "$module.ko*" -print -quit)" ] || return 1
    done
}

unpack_kernel() {
    mkdir -p "$(dirname "$folder")"
    scratch=$(mktemp -d "$folder.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT

    # The cloud flavour is a third of the size; the other has every driver.
    for flavour in linux-image-cloud-amd64 linux-image-amd64; do
        package=$(kernel_package "$flavour")
        tree="$scratch/$flavour"
        mkdir "$tree"
        [ -n "$package" ] &&
            (cd "$tree" && apt-get download -qq -o APT::Sandbox::User=root "$package" >&2) &&
            dpkg-deb --fsys-tarfile "$tree"/*.deb | tar -x -C "$tree" --wildcards './boot/vmlinuz-*' './lib/modules/*' &&
            rm "$tree"/*.deb &&
            has_modules "$tree" &&
            find "$tree/lib/modules" -name '*.ko.xz' -exec busybox unxz {} + &&
            busybox depmod -b "$tree" "$(ls "$tree/lib/modules")" || continue
        # Whoever comes second keeps what the first one made.
        mv -T "$tree" "$folder" 2>/dev/null || [ -d "$folder/boot" ] || return 1
        say "$package is in $folder"
        return 0
    done

    say "found no kernel package with the modules bonding, dummy, veth and 8021q (after apt-get update?)"
    return 1
}

if [ "$(dpkg --print-architecture 2>/dev/null)" != amd64 ]; then
    say "only on Debian for amd64; the tests that need a guest will skip"
    exit 0
fi

command -v busybox >/dev/null || { say "no busybox; the tests that need a guest will skip"; exit 0; }
[ -d "$folder/boot" ] || unpack_kernel || say "no kernel; the tests that need a guest will skip"
