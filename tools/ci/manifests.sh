#!/usr/bin/env bash
# The log of manifests between two publications: a branch of its own, which only grows.
# Usage: tools/ci/manifests.sh fetch|push FOLDER REMOTE; a push that would replace anything is refused by Git.
set -euo pipefail
action=$1 folder=$2 remote=$3

case $action in
fetch)
  git init --quiet "$folder"
  there=$(git ls-remote --heads "$remote" manifests) # a remote that does not answer stops here: it is no empty log
  if [ -n "$there" ]; then
    git -C "$folder" fetch --quiet "$remote" manifests
    git -C "$folder" checkout --quiet FETCH_HEAD
  fi
  ;;
push)
  git -C "$folder" add -- '*.json'
  if git -C "$folder" diff --cached --quiet; then exit 0; fi
  git -C "$folder" -c user.name=gongshi -c user.email=gongshi@localhost commit --quiet -m "Manifest of a publication"
  git -C "$folder" push --quiet "$remote" HEAD:refs/heads/manifests
  ;;
*)
  echo "Usage: tools/ci/manifests.sh fetch|push FOLDER REMOTE" >&2
  exit 2
  ;;
esac
