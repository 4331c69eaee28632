"""What may be published: levels, views, suppression. The site reads the views and nothing else."""

from gongshi.disclosure.disclosed import RESOURCES, Disclosure, Standing
from gongshi.disclosure.suppression import Withheld
from gongshi.disclosure.views import Column

__all__ = ["RESOURCES", "Column", "Disclosure", "Standing", "Withheld"]
