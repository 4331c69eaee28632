#!/usr/bin/env bash
# Check a pull request with the code, schemas and policies of its base branch, when it changes records only.
# Usage: tools/ci/pull.sh HEAD_FOLDER BASE_COMMIT [REPORT_FOLDER]; run from the checkout of the base branch.
set -euo pipefail
head=$1 base=$2 report=${3:-report}
here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$report"
report=$(cd "$report" && pwd)

# What the pull request brings is text: Git starts nothing for it, and obeys no repository inside of it.
export GIT_NO_REPLACE_OBJECTS=1 GIT_GRAFT_FILE=/dev/null GIT_TERMINAL_PROMPT=0 PYTHONSAFEPATH=1
git=(git --no-pager -C "$head" -c core.quotePath=true -c core.fsmonitor=false -c core.hooksPath=/dev/null -c safe.bareRepository=explicit)

# The program's own folder is nobody's to commit: what lies there would be taken for unfinished work of this machine.
if [ -n "$("${git[@]}" ls-files -- .gongshi)" ]; then
  echo "::error::.gongshi 是程序自己的文件夹，不能提交，请从提交里删去。"
  exit 1
fi
# Below a link, the steps that follow would write somewhere else.
for place in records policies; do
  if [ -L "$head/$place" ]; then
    echo "::error::$place 是符号链接，不能用，请换成真正的目录。"
    exit 1
  fi
done

if [ "$("${git[@]}" rev-parse --is-shallow-repository)" = true ]; then
  echo "::error::这份克隆只有最近的历史（浅克隆），审核要看全部提交；请取回完整历史（fetch-depth: 0）再运行。"
  exit 1
fi
merge_base=$("${git[@]}" merge-base "$base" HEAD)
changed=$("${git[@]}" diff --no-ext-diff --no-textconv --no-renames --name-only "$merge_base" HEAD)
# Records only is what changes nothing else: any other place may hold what a program runs or obeys.
records='^"?records/'
rules='^"?records/(schemas/|mappings/|keys/|datapackage\.yaml"?$|documents\.yaml"?$)'
if grep -qvE "$records" <<<"$changed" || grep -qE "$rules" <<<"$changed"; then
  echo "::notice::这次改动涉及数据字典、规则或程序，请由县级审核逐行看过；程序另由 make test 核验。"
else
  # What judges the records comes from the base branch, never from the pull request.
  for place in records/schemas records/datapackage.yaml records/documents.yaml policies; do
    rm -rf "${head:?}/$place"
    [ ! -e "$here/$place" ] || cp -R "$here/$place" "$head/$place"
  done
fi

# A fork's token may write no comment: the page of the run shows the same to everybody.
finish() {
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$report/comment.md" >>"$GITHUB_STEP_SUMMARY"
  exit "$1"
}

status=0
# Every commit, not only the last state: what a later commit takes away again still lies in the history.
guard=0
name=${GITHUB_HEAD_REF:-${CI_MERGE_REQUEST_SOURCE_BRANCH_NAME:-}}
"$here/.venv/bin/gongshi" -C "$head" setup --hook commits "$merge_base" HEAD ${name:+"$name"} || guard=$?
[ "$guard" -eq 0 ] || status=$guard
"$here/.venv/bin/gongshi" -C "$head" setup --hook grounds "$base" HEAD || status=$?
"$here/.venv/bin/gongshi" -C "$head" check --against "$merge_base" --format github | tee "$report/check.txt" || status=$?
# Figures that are to be published are worked out once more, with all that is withheld of them.
while read -r period; do
  "$here/.venv/bin/gongshi" -C "$head" figures "$period" --check || status=$?
done < <(sed -nE 's#^records/county/figures/([0-9]{4}-Q[1-4])[.]csv$#\1#p' <<<"$changed")
if grep -qE "^::error .*title=(personal|guard)-" "$report/check.txt"; then guard=1; fi

# What the guard found must not be told again by a summary: then there is none, neither in the comment nor in the report.
if [ "$guard" -ne 0 ]; then
  echo "改动里像有个人信息，所以没有生成改动摘要。请按检查结果删去，重做这些提交，使历史里也没有它。" | tee "$report/comment.md" >"$report/changes.txt"
  finish "$status"
fi

# The comment is cut at what a host takes; the whole lies in the report folder, which the run keeps.
rest=${CI_JOB_URL:-${GITHUB_RUN_ID:+$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID}}
tell=("$here/.venv/bin/gongshi" -C "$head" diff "$merge_base" HEAD --findings)
"${tell[@]}" --format markdown --rest "$rest" >"$report/comment.md" || echo "改动摘要没有生成。" >"$report/comment.md"
# What reviewers said of its records when they returned it, and the answers.
said=$("$here/.venv/bin/gongshi" -C "$head" review remarks -- "${name:-none}" 2>/dev/null) || said=""
[ -z "$said" ] || printf '\n### 退回时说过的\n\n%s\n' "$said" >>"$report/comment.md"
"${tell[@]}" >"$report/changes.txt" || echo "改动摘要没有生成。" >"$report/changes.txt"
finish "$status"
