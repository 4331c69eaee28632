"""The only door to Git, other processes and writing: Trees to read, ``write_files`` to change them all or not at all."""

from gongshi.repository.aside import Aside, aside, given, tell
from gongshi.repository.cache import Cache, private_folder, program_digest
from gongshi.repository.differing import differing
from gongshi.repository.git import Git
from gongshi.repository.known import Known, as_items, of_items
from gongshi.repository.moving import move, recover, sending
from gongshi.repository.outside import data_folder, exposed, write_private
from gongshi.repository.reasons import reason as reason  # named here, not in the list: it is a field's name, too
from gongshi.repository.reused import Reused
from gongshi.repository.sshkeygen import make_by_program, sign_by_program
from gongshi.repository.stamp import stamp
from gongshi.repository.tree import MemoryTree, OverlayTree, RevisionTree, Tree, WorkTree, digest, inside
from gongshi.repository.undoing import Written, take_back, write_kept, written
from gongshi.repository.writing import Changes, write_files, writer

__all__ = [
    "Aside",
    "Cache",
    "Changes",
    "Git",
    "Known",
    "MemoryTree",
    "OverlayTree",
    "Reused",
    "RevisionTree",
    "Tree",
    "WorkTree",
    "Written",
    "as_items",
    "aside",
    "data_folder",
    "differing",
    "digest",
    "exposed",
    "given",
    "inside",
    "make_by_program",
    "move",
    "of_items",
    "private_folder",
    "program_digest",
    "recover",
    "sending",
    "sign_by_program",
    "stamp",
    "take_back",
    "tell",
    "write_files",
    "write_kept",
    "write_private",
    "writer",
    "written",
]
