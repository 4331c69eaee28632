"""What synthetic names are made of. Members and officials have given-name characters of their own, so that no member's
name is part of an official's; two-character member names use rare characters, so that they are part of no other text."""

from __future__ import annotations

SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳"
    "翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾"
    "尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛"
)
COMPOUND = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "司徒",
    "皇甫",
    "夏侯",
    "令狐",
    "东方",
    "尉迟",
    "长孙",
    "慕容",
    "公孙",
    "端木",
)

# Given names of household members, by generation and sex. None of the characters is a surname.
ELDER_MEN = "根福贵财旺祥寿有才炳坤仁义礼信忠厚堂发树槐茂祖耀庚"
ELDER_WOMEN = "香莲菊翠娥娣珍妹巧银凤仙招姣素贞秀芝荷桃杏"
MIDDLE_MEN = "勇刚辉彬锋斌峰木生水火平顺喜庆良来宝"
MIDDLE_WOMEN = "萍霞艳红英琼芬燕丽娇琳莉蓉芹菲莹蓓"
YOUNG_MEN = "梓轩辰昊睿泽沐皓铭瑞恒骏煦屹"
YOUNG_WOMEN = "涵妍欣怡萱玥彤诗琪雅思甜依沁念"
RARE = "芃翊珩琛琮祎煊煜熠翀翯赟锴霁颢㛃𫖯琬旻嵘骅霖翾璟垚淼焱犇鑫"

# Officials and teachers.
OFFICIAL_FIRST = "志伟建国明华军磊涛鹏文博宇晨浩永新立宏海云晓俊少学德家亚世维"
OFFICIAL_SECOND = "静敏娟婷雪倩洁慧颖薇勤超凯锐捷航翔骁毅诚东洋川峻岚柏哲恺远昕"
RAREST = "䶮"  # never the only character: texts like to show it after a surname

YI_FIRST = ("阿尔", "吉克", "沙马", "阿约", "吉木", "曲比", "马海", "阿说", "的莫", "勒伍", "瓦其", "俄木")
YI_LAST = ("阿呷", "尔布", "木呷", "阿嘎", "伍呷", "拉铁", "阿依莫", "子哈", "史布", "曲惹", "尔古", "阿牛莫")
TIBETAN_FIRST = ("扎西", "卓玛", "次仁", "格桑", "达瓦", "巴桑", "尼玛", "索朗", "旦增", "德吉", "白玛", "拉姆")
TIBETAN_LAST = ("央金", "曲珍", "平措", "顿珠", "旺堆", "措姆", "罗布", "群培", "曲扎", "拉珍")
UYGHUR_MEN = ("买买提", "艾合买提", "吐尔逊", "阿卜杜拉", "玉素甫", "依明", "卡德尔", "热合曼", "托合提", "尼亚孜")
UYGHUR_WOMEN = ("古丽", "阿依古丽", "帕提古丽", "热依汗", "麦尔耶姆", "祖丽菲娅", "布威海丽切木", "阿瓦古丽")
