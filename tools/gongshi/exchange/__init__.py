"""The exchange room: workbooks and CSV files in and out. Door for calamine and xlsxwriter."""

from gongshi.exchange.asserted import kind_of
from gongshi.exchange.forms import Form, read_forms
from gongshi.exchange.handing import form_workbook, reads
from gongshi.exchange.identifiers import FIELDS
from gongshi.exchange.importing import Request, plan_import
from gongshi.exchange.mapping import ColumnMapping, mapping_bytes, mapping_path
from gongshi.exchange.persons import People
from gongshi.exchange.refused import MARK, refused_place, refused_workbook
from gongshi.exchange.reportbook import headers_of, report_workbook, text_of
from gongshi.exchange.reports import find_report, make_report, read_reports
from gongshi.exchange.rules import sealing_findings
from gongshi.exchange.styles import plain_workbook
from gongshi.exchange.taking import take_in
from gongshi.exchange.values import Fate, ImportResult, RowProblem, RowResult, SheetResult
from gongshi.exchange.workbook import export_workbook, needed, template_workbook, without_rows

__all__ = [
    "FIELDS",
    "MARK",
    "ColumnMapping",
    "Fate",
    "Form",
    "ImportResult",
    "People",
    "Request",
    "RowProblem",
    "RowResult",
    "SheetResult",
    "export_workbook",
    "find_report",
    "form_workbook",
    "headers_of",
    "kind_of",
    "make_report",
    "mapping_bytes",
    "mapping_path",
    "needed",
    "plain_workbook",
    "plan_import",
    "read_forms",
    "read_reports",
    "reads",
    "refused_place",
    "refused_workbook",
    "report_workbook",
    "sealing_findings",
    "take_in",
    "template_workbook",
    "text_of",
    "without_rows",
]
