#!/bin/sh
# Makes the secrets of docker-compose.yml that do not exist yet, in .secrets/, names them, and prints the page's token when
# it is made. Secrets that exist stay.
set -eu
cd "$(dirname "$0")/../.."
umask 077
mkdir -p .secrets
chmod 700 .secrets # nobody else on this machine can enter the folder
for name in viewer-token grafana-password; do
    file=.secrets/$name
    if [ ! -s "$file" ]; then
        od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file"
        chmod 444 "$file" # the user of a container, who is another one, reads it
        echo "made $file"
        [ "$name" != viewer-token ] || echo "the page asks for this token: $(cat "$file")"
    fi
done
