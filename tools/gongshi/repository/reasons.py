"""Why the system refused, in Chinese: its own words are English."""

from __future__ import annotations

import errno
from collections.abc import Mapping

_REASONS: Mapping[int | None, str] = {
    errno.EPERM: "没有权限",
    errno.EACCES: "没有权限",
    errno.ENOENT: "文件或文件夹不存在",
    errno.EEXIST: "已经有同名的文件或文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENAMETOOLONG: "名字太长",
    errno.ELOOP: "符号链接绕了圈",
    errno.EBUSY: "正被别的程序占用",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件太多",
}


def reason(error: OSError) -> str:
    """The cause as people say it; a number for what is rare."""
    return _REASONS.get(error.errno, f"系统错误号 {error.errno}")
