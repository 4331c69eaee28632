#!/usr/bin/env bash
# Put a site into a folder of a server over SSH, whole or not at all: it is unpacked beside the folder and takes its place.
# Usage: tools/ci/deploy.sh SITE, with GONGSHI_DEPLOY=user@server:/folder, GONGSHI_DEPLOY_KEY the private key itself and
# GONGSHI_DEPLOY_HOST the server's line of known_hosts. Any other server than that one gets nothing.
set -euo pipefail
site=${1:-}
lacking() { # name, what it is
  echo "没有设置 $1（$2），网站没有上传。" >&2
  exit 2
}
[ -n "${GONGSHI_DEPLOY:-}" ] || lacking GONGSHI_DEPLOY "网站服务器，如 www@10.0.0.8:/srv/gongshi"
[ -n "${GONGSHI_DEPLOY_KEY:-}" ] || lacking GONGSHI_DEPLOY_KEY "上传用的私钥"
[ -n "${GONGSHI_DEPLOY_HOST:-}" ] || lacking GONGSHI_DEPLOY_HOST "服务器在 known_hosts 里的一行"
if ! [[ $GONGSHI_DEPLOY =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(/[A-Za-z0-9_][A-Za-z0-9_.-]*){2,}$ ]]; then
  echo "GONGSHI_DEPLOY 要写成 用户@服务器:/目录/目录 的样子，只用字母、数字、点、横线，网站没有上传。" >&2
  exit 2
fi
if [ ! -f "$site/index.html" ]; then
  echo "“$site”里没有网站（index.html），没有上传。" >&2
  exit 2
fi

server=${GONGSHI_DEPLOY%%:*} place=${GONGSHI_DEPLOY#*:}
keep=$(mktemp -d)
trap 'rm -rf "$keep"' EXIT
(umask 077 && printf '%s\n' "$GONGSHI_DEPLOY_KEY" >"$keep/key" && printf '%s\n' "$GONGSHI_DEPLOY_HOST" >"$keep/known")
unset GONGSHI_DEPLOY_KEY
options=(-i "$keep/key" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$keep/known")
tar -C "$site" -czf - . | ssh "${options[@]}" "$server" \
  "set -e; umask 022; rm -rf $place.new $place.old; mkdir -p $place.new; tar -C $place.new -xzf -; test -f $place.new/index.html; if [ -e $place ]; then mv $place $place.old; fi; mv $place.new $place; rm -rf $place.old"
