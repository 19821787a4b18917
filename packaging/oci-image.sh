#!/bin/bash
# Makes an OCI image (an archive that podman, docker and skopeo load) from what scripts/publish.sh made, without a container tool and without a base image: the few
# Debian packages that the program needs, the program, its model. Runs on Debian of the image's architecture; needs dpkg, apt-get, tar, gzip, sha256sum.
#   scripts/publish.sh linux-x64 && packaging/oci-image.sh linux-x64       artifacts/freehold-linux-x64.oci.tar
#   podman load -i artifacts/freehold-linux-x64.oci.tar
#   podman run --rm --read-only -p 127.0.0.1:8080:8080 -v freehold:/var/lib/freehold freehold:VERSION
set -euo pipefail
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
runtime=${1:-linux-x64}
case $runtime in
  linux-x64) architecture=amd64 ;;
  linux-arm64) architecture=arm64 ;;
  *) echo "oci-image.sh: '$runtime' is neither linux-x64 nor linux-arm64" >&2; exit 2 ;;
esac
published="$root/artifacts/$runtime"
[ -x "$published/freehold" ] || { echo "oci-image.sh: there is no $published/freehold; run scripts/publish.sh $runtime" >&2; exit 1; }
[ "$(dpkg --print-architecture)" = "$architecture" ] || { echo "oci-image.sh: the packages of $architecture come from a Debian of that architecture" >&2; exit 1; }
version=$("$published/freehold" version --json | sed -E 's/.*"version":"([^"]*)".*/\1/')
# The date of the commit, so that the same commit and packages give the same image.
when=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the program needs: the C and C++ libraries; and, for pull alone, OpenSSL and the public authorities.
mkdir "$work/packages" "$work/layer" "$work/image"
(cd "$work/packages" && apt-get download -qq -o APT::Sandbox::User=root libc6 libgcc-s1 libstdc++6 libssl3 ca-certificates >/dev/null)
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/layer"; done
cd "$work/layer"
find . -type f -name '*.crt' -path './usr/share/ca-certificates/*' -print | sort | while read -r file; do cat "$file"; echo; done > "$work/authorities"
mkdir -p dev etc/ssl/certs proc run sys tmp usr/local/bin var/lib/freehold
mv "$work/authorities" etc/ssl/certs/ca-certificates.crt
rm -rf usr/share/ca-certificates usr/share/lintian usr/share/man usr/sbin usr/lib/*/gconv usr/lib/*/audit
echo 'freehold:x:65532:65532::/var/lib/freehold:/usr/sbin/nologin' > etc/passwd
echo 'freehold:x:65532:' > etc/group
cp "$published/freehold" usr/local/bin/
cp -r "$published/models" usr/local/bin/
cp "$published/LICENSE" "$published/THIRD-PARTY-NOTICES.txt" "$published/sbom.cdx.json" usr/local/bin/
chmod 1777 tmp
cd "$work"
# All belongs to root but the state, which is the program's.
tar --sort=name --mtime="@$when" --numeric-owner --owner=0 --group=0 --exclude=./var/lib/freehold -C layer -cf layer.tar .
tar --mtime="@$when" --numeric-owner --owner=65532 --group=65532 --no-recursion -C layer -rf layer.tar ./var/lib/freehold
diff_id=$(sha256sum layer.tar | cut -d' ' -f1)
gzip -n -6 layer.tar

mkdir -p image/blobs/sha256
blob() { # moves a file to its place among the blobs and says its digest and size
  local digest; digest=$(sha256sum "$1" | cut -d' ' -f1)
  mv "$1" "image/blobs/sha256/$digest"
  echo "\"digest\":\"sha256:$digest\",\"size\":$(stat -c %s "image/blobs/sha256/$digest")"
}
layer=$(blob layer.tar.gz)
cat > config.json <<JSON
{"created":"$(date -u -d "@$when" +%Y-%m-%dT%H:%M:%SZ)","architecture":"$architecture","os":"linux","config":{"User":"65532:65532","WorkingDir":"/var/lib/freehold","Env":["PATH=/usr/local/bin","FREEHOLD_DATA=/var/lib/freehold"],"Entrypoint":["/usr/local/bin/freehold"],"Cmd":["up","--host","0.0.0.0","--port","8080"],"ExposedPorts":{"8080/tcp":{}},"Volumes":{"/var/lib/freehold":{}},"StopSignal":"SIGTERM","Labels":{"org.opencontainers.image.title":"freehold","org.opencontainers.image.version":"$version","org.opencontainers.image.licenses":"Apache-2.0"}},"rootfs":{"type":"layers","diff_ids":["sha256:$diff_id"]}}
JSON
config=$(blob config.json)
echo "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",$config},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",$layer}]}" > manifest.json
manifest=$(blob manifest.json)
echo "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",$manifest,\"platform\":{\"architecture\":\"$architecture\",\"os\":\"linux\"},\"annotations\":{\"org.opencontainers.image.ref.name\":\"freehold:$version\"}}]}" > image/index.json
echo '{"imageLayoutVersion":"1.0.0"}' > image/oci-layout
target="$root/artifacts/freehold-$runtime.oci.tar"
tar --sort=name --mtime="@$when" --numeric-owner --owner=0 --group=0 -C image -cf "$target" oci-layout index.json blobs
echo "$target: $(stat -c %s "$target") bytes, freehold:$version"
