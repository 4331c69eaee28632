"""The founding room: a county's repository made out of the pack, the program that it pins, and its upgrade to a newer one."""
