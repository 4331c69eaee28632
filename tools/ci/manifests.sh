#!/usr/bin/env bash
# The log of manifests between two publications: a branch of its own, which only grows.
# Usage: tools/ci/manifests.sh begin|fetch|push FOLDER REMOTE
# begin: once, before the first publication. fetch: the log so far; where the branch is gone, nothing is begun anew.
# push: a push that would replace anything is refused by Git.
set -euo pipefail
action=${1:-} folder=${2:-} remote=${3:-}

# A host's token goes into no address and no argument: both are shown by others. Git takes it from here alone.
if [ -n "${GONGSHI_TOKEN:-}" ]; then
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader
  GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'oauth2:%s' "$GONGSHI_TOKEN" | base64 | tr -d '\n')"
  export GIT_CONFIG_VALUE_0
fi

case $action in
begin)
  there=$(git ls-remote --heads "$remote" refs/heads/manifests) # a remote that does not answer stops here: it is no empty log
  if [ -n "$there" ]; then
    echo "远端已有分支 manifests，清单链不能另起：请用 tools/ci/manifests.sh fetch 取回来接着发布。" >&2
    exit 1
  fi
  git init --quiet "$folder"
  ;;
fetch)
  there=$(git ls-remote --heads "$remote" refs/heads/manifests)
  if [ -z "$there" ]; then
    echo "远端没有分支 manifests，不能当作没有发布过：请从别的副本（或网站的 manifests 目录）恢复它；确实是第一次发布的，先运行 tools/ci/manifests.sh begin。" >&2
    exit 1
  fi
  git init --quiet "$folder"
  git -C "$folder" fetch --quiet "$remote" refs/heads/manifests
  git -C "$folder" checkout --quiet FETCH_HEAD
  ;;
push)
  (cd "$folder" && shopt -s nullglob && git add -- *.json *.json.sig *.txt *.xml)
  if git -C "$folder" diff --cached --quiet; then exit 0; fi
  git -C "$folder" -c user.name=gongshi -c user.email=gongshi@localhost commit --quiet -m "Manifest of a publication"
  git -C "$folder" push --quiet "$remote" HEAD:refs/heads/manifests
  ;;
*)
  echo "Usage: tools/ci/manifests.sh begin|fetch|push FOLDER REMOTE" >&2
  exit 2
  ;;
esac
