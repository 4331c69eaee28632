"""The desk room: the pages of a day's work in the browser of the same machine. Door for Flask and waitress.

Nothing is decided here: every page calls the function that the command calls. No query, no file is the desk's own.
"""

from gongshi.desk.app import make
from gongshi.desk.serving import Server
from gongshi.desk.state import Desk

__all__ = ["Desk", "Server", "make"]
