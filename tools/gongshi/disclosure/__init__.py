"""What may be published: levels, views, frozen figures. The site reads the views and nothing else."""

from gongshi.disclosure.disclosed import RESOURCES, Disclosure, Earlier
from gongshi.disclosure.frozen import NOT_YET, WITHHELD, Withheld, add
from gongshi.disclosure.views import ViewColumn

__all__ = ["NOT_YET", "RESOURCES", "WITHHELD", "Disclosure", "Earlier", "ViewColumn", "Withheld", "add"]
