"""What is asked for stays, what is not goes."""

from gongshi.package.latest import FEW, Latest


def test_what_is_asked_for_again_outlives_what_came_later() -> None:
    kept: Latest[tuple[int, str]] = Latest()
    for number in range(3 * FEW):
        kept.keep((number, str(number)))
        assert kept.find(lambda one: one[0] == 0) == (0, "0"), number
    assert [kept.find(lambda one, n=n: one[0] == n) for n in (1, 3 * FEW - FEW, 3 * FEW - 1)] == [
        None,
        None,
        (11, "11"),
    ]


def test_the_latest_that_fits_is_found() -> None:
    kept: Latest[tuple[int, str]] = Latest()
    kept.keep((1, "old"))
    kept.keep((1, "new"))
    assert kept.find(lambda one: one[0] == 1) == (1, "new")
    assert kept.find(lambda one: False) is None
