"""What the tool itself says, in Chinese: the one table of generated sentences and of the page.

A sentence has holes: ``{name}`` is copied, ``{name:when}`` is a condition, ``{name:said}`` is
again a sentence of this table, ``{name:free}`` a text of the study (translated where the study
does, else copied), ``{name:names}`` names joined by commas and "and".
"""

from __future__ import annotations

SENTENCES: tuple[tuple[str, str], ...] = (
    # Rules of a mapping.
    ("Equal to {a} in capital letters", "等于 {a}（转为大写）"),
    ("Equal to {a} in small letters", "等于 {a}（转为小写）"),
    ("Equal to {a} of the parent record", "等于父记录的 {a}"),
    ("Equal to {a}", "等于 {a}"),
    ("Set to {a:text}", "设为 {a}"),
    ("{a:parts} put together", "由 {a} 拼接而成"),
    ("{a:names} of the person's first screening, put together", "由受试者首次筛选的 {a} 拼接而成"),
    ("The number in {a}", "{a} 中的数值"),
    ("{a} mapped to the codelist {b:free}", "{a} 按受控术语“{b}”转换"),
    ("{a} mapped: {b:pairs}", "{a} 转换：{b}"),
    ("ISO 8601 date from {a:names}", "由 {a} 得出的 ISO 8601 日期"),
    (
        "ISO 8601 date from {a:names}, as an interval up to {b} where that is another",
        "由 {a} 得出的 ISO 8601 日期；与 {b} 不同时为至 {b} 的区间",
    ),
    ("ISO 8601 duration from {a} to {b}", "由 {a} 至 {b} 的 ISO 8601 时长"),
    ("ISO 8601 duration of {a} in the unit {b}", "{a} 的 ISO 8601 时长，单位见 {b}"),
    (
        "ISO 8601 duration of {a} in the unit {b}, before the reference",
        "{a} 的 ISO 8601 时长，单位见 {b}，在参照时间之前",
    ),
    (
        "ISO 8601 duration of {a:units}, before the reference",
        "{a} 的 ISO 8601 时长，在参照时间之前",
    ),
    ("ISO 8601 duration of {a:units}", "{a} 的 ISO 8601 时长"),
    (
        "{a} minus {b} in days, plus 1 when it is on or after it; "
        "missing when either is not complete to the day",
        "{a} 减 {b} 的天数，当日或之后加 1；任一日期不完整到日时缺失",
    ),
    (
        "{a} minus {b} in days, plus 1 when it is on or after it",
        "{a} 减 {b} 的天数，当日或之后加 1",
    ),
    # What the tool makes by itself.
    (
        "Numbered from 1 for each subject in the order {a:names}",
        "每个受试者按 {a} 的顺序从 1 开始编号",
    ),
    (
        "As in the earlier data cut where a record has the same {a:names}",
        "若记录在前次数据截止时有相同的 {a}，则沿用原编号",
    ),
    (
        "Others are numbered after the highest number that the subject had, in that order",
        "其余记录在该受试者已有最大编号之后按此顺序编号",
    ),
    ("EPOCH of the element in SE that holds {a}", "{a} 所在 SE 元素的 EPOCH"),
    (
        "Y on the last record with a result before {a}, for each subject and test",
        "每个受试者每项检查在 {a} 之前最后一条有结果的记录为 Y",
    ),
    (
        "The original result in the standard unit of the test; words stay as they are",
        "以该检查标准单位表示的原始结果；文字结果保持不变",
    ),
    (
        "The number in the standard result; missing where it is not a number",
        "标准结果中的数值；非数值时缺失",
    ),
    ("The standard unit of the test", "该检查的标准单位"),
    (
        "The original lower limit, converted together with the result",
        "与结果一同转换的原始正常值下限",
    ),
    (
        "The original upper limit, converted together with the result",
        "与结果一同转换的原始正常值上限",
    ),
    (
        "LOW, NORMAL or HIGH by the result and its limits",
        "按结果与其正常值范围判定为 LOW、NORMAL 或 HIGH",
    ),
    (
        "The value of the variable that IDVAR names in the parent record",
        "父记录中由 IDVAR 指定变量的值",
    ),
    ("As QORIG tells for each qualifier", "见每个限定变量的 QORIG"),
    ("The text of the parent record in {a} that goes on here", "{a} 父记录文本的续接部分"),
    ("All values of the variable are missing", "该变量的值全部缺失"),
    ("The dataset has no records", "该数据集没有记录"),
    # Lookups.
    ("The earliest {a:places}", "最早的 {a}"),
    ("The latest {a:places}", "最晚的 {a}"),
    ("The sum of {a:places}", "{a} 之和"),
    ("The mean of {a:places}", "{a} 的均值"),
    ("The number of values of {a:places}", "{a} 的取值个数"),
    ("The lowest {a:places}", "{a} 的最小值"),
    ("The highest {a:places}", "{a} 的最大值"),
    ("The first {a:places}", "首个 {a}"),
    ("The last {a:places}", "末个 {a}"),
    ("{a:places}", "{a}"),
    # Verbs of analysis datasets.
    ("The date and time in {a} as a number{b:dated}", "{a} 中的日期时间（数值）{b}"),
    ("The time in {a} as a number{b:dated}", "{a} 中的时间（数值）{b}"),
    ("The date in {a} as a number{b:dated}", "{a} 中的日期（数值）{b}"),
    (
        "The highest part that was imputed in {a}: D day, M month, Y year",
        "{a} 中填补的最高部分：D 日，M 月，Y 年",
    ),
    (
        "The highest part that was imputed in {a}: H hour, M minutes; seconds are not collected",
        "{a} 中填补的最高部分：H 时，M 分；未采集秒",
    ),
    (
        "The highest part that was imputed in {a}: H hour, M minutes, S seconds",
        "{a} 中填补的最高部分：H 时，M 分，S 秒",
    ),
    ("100 * ({a} {b:sign} {c}), rounded to {d} decimals", "100 * ({a} {b} {c})，保留 {d} 位小数"),
    ("100 * ({a} {b:sign} {c})", "100 * ({a} {b} {c})"),
    ("{a} {b:sign} {c}, rounded to {d} decimals", "{a} {b} {c}，保留 {d} 位小数"),
    ("{a} - {b} + 1, in {u:unit}{e:span}", "{a} - {b} + 1，单位为{u}{e}"),
    ("{a} - {b}, in {u:unit}{e:span}", "{a} - {b}，单位为{u}{e}"),
    ("{a} {b:sign} {c}", "{a} {b} {c}"),
    (
        "Grade by {a:free} of a {b:side} value: AVAL against ANRLO and ANRHI, against the bounds "
        "of its unit, and against BASE where BNRIND is not NORMAL; 0 within all bounds. Where "
        "signs decide between two grades of one value, the worse",
        "按 {a} 对{b}值分级：AVAL 与 ANRLO、ANRHI 及其单位的界值比较，BNRIND 不为 NORMAL 时与 BASE "
        "比较；均在界内为 0。体征决定同一数值的两个级别时取较重者",
    ),
    (
        "The term of {a:free} that a {b:side} value is graded for",
        "{b}值分级所依据的 {a} 术语",
    ),
    ("The analysis window that holds {a}: {b:windows}", "{a} 所在的分析窗：{b}"),
    (
        "Y on the {a:end} record per {b:keys}, in the order of {c:order}",
        "每个{b}按 {c} 排序的{a}条记录为 Y",
    ),
    (
        "Y when the event starts on or after {a} (by date and time when both have a time, else by "
        "date){b:until}",
        "事件在 {a} 当时或之后开始时为 Y（均有时间时按日期时间，否则按日期）{b}",
    ),
    (
        "A partial or missing {a} counts as far as it leaves that possible, unless {b} is before "
        "{c}",
        "{a} 不完整或缺失时，只要仍有可能即计入，除非 {b} 早于 {c}",
    ),
    (
        "A partial or missing {a} counts as far as it leaves that possible",
        "{a} 不完整或缺失时，只要仍有可能即计入",
    ),
    (
        "The {t:take}{a} of the records of the same {b:keys}{c:grouped}",
        "同一{b}的记录{c}的 {a}{t}",
    ),
    # Parameters.
    ("0 for an event, {a:numbers} for a censored subject", "事件为 0，删失受试者为 {a}"),
    ("Of parameters: {a:said}", "参数：{a}"),
    (
        "The description of a censoring, which is that of the record that the method of {a} names",
        "删失的描述，即 {a} 方法所指记录的描述",
    ),
    ("The {w:what} of the record that the method of {a} names", "{a} 方法所指记录的{w}"),
    ("{p}: the earliest {a:events}", "{p}：最早的 {a}"),
    (
        "ADT minus STARTDT plus 1, in days where no other unit is named",
        "ADT 减 STARTDT 加 1，未注明单位时为天",
    ),
    ("ADT is the earliest of: {a:events}", "ADT 为下列最早者：{a}"),
    ("the earliest of: {a:events}", "下列最早者：{a}"),
    (
        "{a:said}; none that is more than {b} days after the last date of censoring before it, "
        "where the subject is then censored ({c:free})",
        "{a}；不含距此前最后删失日期超过 {b} 天者，此时受试者删失（{c}）",
    ),
    ("Without an event the latest of: {a:events}", "无事件时为下列最晚者：{a}"),
    (
        "Nothing after {a} counts, but what is on that day does",
        "{a} 之后的不计入，当日的计入",
    ),
    ("For subjects with a record of {a} where {b:when}", "适用于 {a} 中有满足 {b} 的记录的受试者"),
    ("For subjects with a record of {a}", "适用于 {a} 中有记录的受试者"),
    ("In {a:unit}: days / {b}", "单位为{a}：天数 / {b}"),
    (
        "Y on assessments that are evaluable, after {a}, not after {b} or the data cut-off, and "
        "not after a progression that counts",
        "{a} 之后、不晚于 {b} 或数据截止日、且不晚于计入的进展的可评价评估为 Y",
    ),
    (
        "Y on assessments that are evaluable, after {a}, not after the data cut-off, and not "
        "after a progression that counts",
        "{a} 之后、不晚于数据截止日、且不晚于计入的进展的可评价评估为 Y",
    ),
    ("{a:said}, from the records of {b}", "{a}，取自 {b} 的记录"),
    ("{a:said}; by {b:free}", "{a}；依据 {b}"),
    ("{a:said}; up to study day {b}", "{a}；至研究第 {b} 天"),
    (
        "{a:said}; a response is confirmed at least {b} days later",
        "{a}；缓解须至少 {b} 天后确认",
    ),
    ("Y with the first progression that counts, else N", "首次计入的进展为 Y，否则为 N"),
    (
        "Y with the first assessment that is {a:or}, before or at a progression that counts, "
        "else N",
        "计入的进展之前或当时首次评估为 {a} 时为 Y，否则为 N",
    ),
    (
        "The best response of the assessments that count, with its first date",
        "计入评估中的最佳疗效及其首次日期",
    ),
    (
        "Y with the first response, or the first evaluable assessment without progression from "
        "study day {a} on, whichever is earlier, else N",
        "首次缓解，或研究第 {a} 天起首次无进展的可评价评估，以较早者为 Y，否则为 N",
    ),
    (
        "The last evaluable assessment, not after a progression that counts",
        "不晚于计入的进展的末次可评价评估",
    ),
    (
        "The sum of the target lesions{n:new} in mm, from TU and TR by {a:free}{l:lesions}; the "
        "baseline is the last value of each on or before the start; missing where a lesion was "
        "not evaluable",
        "靶病灶{n}之和（mm），按 {a} 由 TU 与 TR 得出{l}；基线为每个病灶在起始日或之前的末次值；"
        "有病灶不可评价时缺失",
    ),
    (
        "The {p:part}response computed from TU and TR by {a:free}{l:lesions}",
        "按 {a} 由 TU 与 TR 计算的{p}疗效{l}",
    ),
    ("Y when {a} has a record{b:exists}; else N", "{a} 中有记录{b}时为 Y，否则为 N"),
    ("The {t:together} of {a} over {b:records}", "{b}中 {a} 的{t}"),
    (
        "{a} of the record with the {t:extreme} {b} (of equal ones the first by {o:order}) of "
        "{r:records}",
        "{r}中 {b} {t}的记录（相等时按 {o} 取首条）的 {a}",
    ),
    ("{a} of the record with the {t:extreme} {b} of {r:records}", "{r}中 {b} {t}的记录的 {a}"),
    ("{a} of the {t:end} record by {o:order} of {r:records}", "{r}中按 {o} 排序的{t}条记录的 {a}"),
    (
        "Area under {a} over {b} from 0 to {c} by the {d:rule} trapezoidal rule; the last value "
        "at or before 0 stands at 0, the value at the end is interpolated; missing when there is "
        "no value at or after it; of {r:records}",
        "{r}中 {a} 对 {b} 从 0 至 {c} 的曲线下面积（{d}梯形法）；0 时刻取 0 或之前的末次值，"
        "终点值为内插；其时或其后无值时缺失",
    ),
)
"""English -> Chinese, the first that fits; neither has its full stop."""

DATED: tuple[tuple[str, str], ...] = (
    ("; missing when it is not complete", "；不完整时缺失"),
    (
        "; a partial date is completed by its {a:possible} day",
        "；不完整的日期以{a}日期填补",
    ),
    (
        "; what is unknown is completed by the {a:possible} date and the {b:possible} time",
        "；未知部分以{a}日期和{b}时间填补",
    ),
    (", where nothing above the {a:clock} is unknown", "，仅当{a}以上部分均已知"),
    (", not before {a} where that is possible", "，尽可能不早于 {a}"),
    (", not after {a} where that is possible", "，尽可能不晚于 {a}"),
    (", and at the earliest the day after {a}", "，且最早为 {a} 的次日"),
    (
        "; a date of which nothing is known becomes the day after {a}",
        "；完全未知的日期取 {a} 的次日",
    ),
    ("; a date of which nothing is known becomes {a}", "；完全未知的日期取 {a}"),
    (", which {a:names} tells", "，见 {a}"),
    (", which {a:names} tell", "，见 {a}"),
    ("; a date after the data cut-off becomes the cut-off", "；数据截止日之后的日期取截止日"),
    (
        "; an imputed date after the data cut-off is missing",
        "；填补后晚于数据截止日的日期缺失",
    ),
    (
        "; an imputed date after the data cut-off becomes the cut-off",
        "；填补后晚于数据截止日的日期取截止日",
    ),
    # Other tails, of spans, groups, lesions and events.
    (" of {a} days", "（每单位 {a} 天）"),
    (
        "; negative and without the added day when {a} is before {b}",
        "；{a} 早于 {b} 时为负且不加 1",
    ),
    ("; negative when {a} is before {b}", "；{a} 早于 {b} 时为负"),
    (
        "; missing when a date is, or when {a} is before {b}",
        "；日期缺失或 {a} 早于 {b} 时缺失",
    ),
    (", before the day of {a}", "，早于 {a} 当日"),
    (", and at most {a} days after {b}", "，且不超过 {b} 后 {a} 天"),
    (", in the order of {a:order}", "，按 {a} 的顺序"),
    (", before the record", "，在该记录之前"),
    (", up to the record", "，至该记录为止"),
    (", for each visit", "，按访视"),
    (", for each assessment", "，按评估"),
    (", {a} not after {b}", "，{a} 不晚于 {b}"),
    (" where {a:when}", "（{a}）"),
    (", TU where {a:when}", "，TU 限 {a}"),
    (", TR where {a:when}", "，TR 限 {a}"),
    (" and the new measurable lesions", "及新的可测量病灶"),
)
"""Ends of sentences, which follow each other."""

TESTS: tuple[tuple[str, str], ...] = (
    ("{a} is present", "{a} 非缺失"),
    ("{a} is missing", "{a} 缺失"),
    ("{a} is before or below {b:value}", "{a} 小于（早于） {b}"),
    ("{a} is at most {b:value}", "{a} 不大于（不晚于） {b}"),
    ("{a} is after or above {b:value}", "{a} 大于（晚于） {b}"),
    ("{a} is at least {b:value}", "{a} 不小于（不早于） {b}"),
    ("{a} is not one of {b:values}", "{a} 不为 {b} 之一"),
    ("{a} is one of {b:values}", "{a} 为 {b} 之一"),
    ("{a} is not {b:value}", "{a} 不为 {b}"),
    ("{a} is {b:value}", "{a} 为 {b}"),
)
"""Tests of a condition."""

WORDS: dict[str, dict[str, str]] = {
    "unit": {
        "hours": "小时",
        "minutes": "分钟",
        "days": "天",
        "weeks": "周",
        "months": "月",
        "years": "年",
    },
    "side": {"high": "高", "low": "低"},
    "end": {"first": "首", "last": "末"},
    "extreme": {"lowest": "最低", "highest": "最高", "first": "最先", "last": "最后"},
    "together": {"sum": "和", "mean": "均值", "number": "个数"},
    "take": {
        "": "",
        "first ": "首个值",
        "last ": "末个值",
        "number of values of ": "取值个数",
        "lowest ": "最小值",
        "highest ": "最大值",
        "mean ": "均值",
        "sum ": "和",
    },
    "rule": {"linear": "线性", "linear up, logarithmic down": "线性上升、对数下降"},
    "part": {
        "": "",
        "target ": "靶病灶",
        "nontarget ": "非靶病灶",
        "non-target ": "非靶病灶",
    },
    "possible": {"first possible": "最早可能的", "middle": "居中的", "last possible": "最晚可能的"},
    "clock": {"day": "日", "month": "月", "hour": "时", "minute": "分", "second": "秒"},
    "what": {
        "date": "日期",
        "dataset": "数据集",
        "variable": "变量",
        "sequence number": "序号",
        "visit": "访视",
        "number of the visit": "访视编号",
        "description": "描述",
        "value": "值",
    },
}
"""Words that stand in a hole of that kind."""

FRAME: dict[str, str] = {
    "Contents": "目录",
    "Skip to the content": "跳至正文",
    "Find a variable, term, text": "查找变量、术语、文本",
    "Find": "查找",
    "Open value levels": "展开值级",
    "Fold value levels": "折叠值级",
    "context": "用途",
    "Parameter": "参数",
    "reference data": "参考数据",
    "not a standard variable": "非标准变量",
    "All datasets": "全部数据集",
    "Dataset": "数据集",
    "Datasets": "数据集",
    "Standards": "标准",
    "Standard": "标准",
    "Version": "版本",
    "Type": "类型",
    "Status": "状态",
    "Comment": "注释",
    "Comments": "注释",
    "Method": "方法",
    "Methods": "方法",
    "More": "更多",
    "Codelist": "受控术语",
    "Codelists": "受控术语",
    "Analysis results": "分析结果",
    "Documents": "文件",
    "Protocol": "方案",
    "datasets": "个数据集",
    "created": "创建于",
    "data definitions": "数据定义",
    "Controlled terminology": "受控术语",
    "Implementation guide": "实施指南",
    "Label": "标签",
    "Class": "类别",
    "Structure": "结构",
    "Keys": "键变量",
    "Records": "记录数",
    "File": "文件",
    "no data": "无数据",
    "records": "条记录",
    "record": "条记录",
    "not a standard dataset": "非标准数据集",
    "belongs to": "属于",
    "all datasets": "全部数据集",
    "No.": "序号",
    "Variable": "变量",
    "Codelist or format": "受控术语或格式",
    "Origin": "来源",
    "Method or comment": "方法或注释",
    "Where": "条件",
    "Value level of": "值级元数据：",
    "by": "按",
    "key": "键",
    "mandatory": "必填",
    "Which records": "哪些记录",
    "Analysed variables": "分析变量",
    "all": "全部",
    "Used by": "用于",
    "external dictionary": "外部词典",
    "sponsor's own": "申办者自定义",
    "version": "版本",
    "Value": "值",
    "Meaning": "含义",
    "Code": "编码",
    "extended": "扩展",
    "Formal expression": "形式表达式",
    "page": "页",
    "CRF": "CRF",
    "is": "为",
    "is not": "不为",
    "is one of": "为其一：",
    "is none of": "均不为：",
    "and": "且",
    "or": "或",
    "missing": "缺失",
    "the whole document": "整个文件",
    "Made from the same metadata as define.xml by": "按与 define.xml 相同的元数据生成：",
    "Collected": "采集",
    "Derived": "衍生",
    "Assigned": "赋值",
    "Predecessor": "前置变量",
    "Not Available": "不可得",
    "Investigator": "研究者",
    "Subject": "受试者",
    "Vendor": "供应商",
    "Sponsor": "申办者",
    "Specified in protocol": "方案规定",
    "Specified in sap": "统计分析计划规定",
    "Data driven": "数据驱动",
    "Requested by regulatory agency": "监管机构要求",
    "Primary outcome measure": "主要结局指标",
    "Secondary outcome measure": "次要结局指标",
    "Exploratory outcome measure": "探索性结局指标",
    "Identifier": "标识变量",
    "Topic": "主题变量",
    "Timing": "时间变量",
    "Record Qualifier": "记录限定变量",
    "Result Qualifier": "结果限定变量",
    "Synonym Qualifier": "同义限定变量",
    "Variable Qualifier": "变量限定变量",
    "Grouping Qualifier": "分组限定变量",
    "Rule": "规则变量",
    "TRIAL DESIGN": "试验设计",
    "SPECIAL PURPOSE": "特殊目的",
    "INTERVENTIONS": "干预",
    "EVENTS": "事件",
    "FINDINGS": "发现",
    "FINDINGS ABOUT": "关于发现",
    "RELATIONSHIP": "关系",
    "STUDY REFERENCE": "研究参考",
    "SUBJECT LEVEL ANALYSIS DATASET": "受试者水平分析数据集",
    "BASIC DATA STRUCTURE": "基本数据结构",
    "OCCURRENCE DATA STRUCTURE": "发生数据结构",
    "ADAM OTHER": "其他 ADaM",
    "REFERENCE DATA STRUCTURE": "参考数据结构",
    "ADVERSE EVENT": "不良事件",
    "TIME-TO-EVENT": "至事件时间",
    "Computation": "计算",
    "Imputation": "填补",
    "text": "文本",
    "integer": "整数",
    "float": "浮点数",
    "date": "日期",
    "datetime": "日期时间",
    "time": "时间",
    "partialDate": "部分日期",
    "partialDatetime": "部分日期时间",
    "durationDatetime": "时长",
    "intervalDatetime": "区间",
}
"""Words of the page."""
