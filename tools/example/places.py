"""Names of townships and villages: townships as in the plans, villages invented but for the ones that the plans name."""

from __future__ import annotations

COUNTY_CODE = "990101000000"
COUNTY_NAME = "示例县"

# slug, name, division code, villages, terrain, households, persons (0: whatever remains)
TOWNSHIPS: tuple[tuple[str, str, str, int, str, int, int], ...] = (
    ("guzhen", "古镇", "990101100000", 11, "平坝", 1679, 4495),
    ("maocun", "毛村镇", "990101101000", 14, "丘陵", 496, 1516),
    ("tongboshan", "铜钹山镇", "990101102000", 18, "山区", 827, 2216),
    ("changle", "常乐镇", "990101103000", 8, "平坝", 115, 0),
    ("wanlong", "万隆镇", "990101104000", 18, "丘陵", 497, 0),
    ("shaoxing", "绍兴镇", "990101105000", 20, "山区", 521, 0),
    ("yunshan", "云山镇", "990101106000", 12, "半凉山", 377, 1182),
    ("qingxi", "清溪镇", "990101107000", 23, "河谷", 610, 0),
    ("dongyang", "东阳乡", "990101200000", 15, "山区", 588, 1633),
    ("songfeng", "嵩峰乡", "990101201000", 22, "山区", 1078, 2436),
    ("shipan", "石盘乡", "990101202000", 14, "丘陵", 402, 0),
    ("mingzhong", "鸣钟乡", "990101203000", 13, "丘陵", 371, 0),
    ("gujiang", "鼓匠乡", "990101204000", 13, "丘陵", 366, 0),
    ("yongsheng", "永胜乡", "990101205000", 15, "河谷", 431, 0),
    ("zhenjing", "真静乡", "990101206000", 12, "丘陵", 338, 0),
)

# Villages that a plan names, or says something about: slug -> (name, households in the register, role)
COLLEGE_VILLAGES: dict[str, tuple[str, int]] = {
    "shipan": ("边岩村", 76),
    "mingzhong": ("小寨村", 56),
    "wanlong": ("跃进村", 81),
    "gujiang": ("东原村", 54),
    "yongsheng": ("平桥村", 79),
    "zhenjing": ("真静村", 66),
}
PROFILE_VILLAGE = ("shaoxing", "岩脚村", 107, 419)  # plan 7: 207 households and 922 persons in all
EXIT_VILLAGE = ("yunshan", "云岭村")  # plan 13: the whole village struck off the list, eight haves
KEY_VILLAGES = ("张郢村", "古镇村", "朱厂村")  # plan 16: collective income of 100,000 and more

NAMED: dict[str, tuple[str, ...]] = {
    "guzhen": (*KEY_VILLAGES, "龙头村", "柳湾村", "塘坊村", "界沟村", "湖沿村", "圩埂村"),
    "changle": ("常来村", "广南村"),
}
# Residents' committees (居委会), by township.
COMMUNITIES: dict[str, tuple[str, ...]] = {
    "guzhen": ("古街社区", "农城社区"),
    "maocun": ("毛街社区",),
    "tongboshan": ("铜钹社区",),
    "changle": ("常乐社区",),
    "wanlong": ("万隆社区",),
    "shaoxing": ("绍兴社区",),
    "yunshan": ("云街社区",),
    "qingxi": ("溪口社区", "清溪社区"),
}

FIRST = "上下前后东西南北大小里外新老双三五七八九"
_SECOND = "坪 坳 垭 坝 湾 溪 塘 岗 畈 埠 墩 洼 岙 磡 垄 坞 滩 渡 桥 岭 寨 垸 屯 圩 湖 井 磨 碾 窑 瓦 竹 松 柏 枫 樟 桐 柿 梨 桃 茶"
SECOND = tuple(_SECOND.split())
