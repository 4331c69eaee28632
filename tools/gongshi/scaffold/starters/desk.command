#!/bin/sh
# 双击打开工作台（macOS，未在 macOS 上试过）。第一次要右键点“打开”。程序在旁边的 python 里，或在台账的 .venv 里，或已装在系统里。
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
ledger="$here/{ledger}"
PATH="$PATH:/usr/local/bin:/opt/homebrew/bin"
for program in "$here/python/bin/python3" "$ledger/.venv/bin/python"; do
  if [ -x "$program" ]; then
    exec "$program" -m gongshi -C "$ledger" desk
  fi
done
if command -v gongshi >/dev/null 2>&1; then
  exec gongshi -C "$ledger" desk
fi
echo "找不到程序，请县里的信息人员看旁边的说明。" >&2
printf '按回车关掉。'
read -r _
exit 1
