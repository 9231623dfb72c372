"""The header Link, as RFC 8288 has it, and as some send it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elt.http.links import links_by_relation


@pytest.mark.parametrize(
    ("header", "links"),
    [
        ('<?a=1;b=2,3>; rel="next"', {"next": "?a=1;b=2,3"}),
        ('<?a=">; rel=next, <?b>; rel=prev', {"next": '?a="', "prev": "?b"}),
        ('<?a>; rel="next last", <?b>; rel="prev"', {"next": "?a", "last": "?a", "prev": "?b"}),
        ("<?a>;rel=next", {"next": "?a"}),
        ('<?a> ;\tREL = "NEXT"', {"next": "?a"}),
        ('<?a>; title="x; rel=prev, <?c>; rel=\\"last\\""; rel="next"', {"next": "?a"}),
        ('<?a>; title="<?c>; rel=last, "; rel="next"', {"next": "?a"}),
        ("<?a>; rel=prev; rel=next", {"prev": "?a"}),
        ("<?a>; title*=UTF-8''%e2%82%ac; rel=next;", {"next": "?a"}),
        ('<?a>; rel=next, , <?b>; rel=next, <?c>; rel="last"', {"next": "?a", "last": "?c"}),
        ('<?a>; rel=next; anchor="/other", <?b>; rel=next', {"next": "?b"}),
        # Against the rules, and met all the same.
        ("https://a.example/?p=2; rel=next", {"next": "https://a.example/?p=2"}),
        ("<?a>; rel='next'", {"next": "?a"}),
        ("<?a>; x y; rel=next", {"next": "?a"}),
        ('<?a>; rel="next', {"next": "?a"}),
        ("<?a>; rel", {}),
        ("<?a", {}),
        ("", {}),
        (" , ", {}),
    ],
)  # fmt: skip
def test_links(header: str, links: dict[str, str]) -> None:
    assert links_by_relation(header) == links


TOKEN = st.text("abcdefgh-", min_size=1).map(lambda text: f"r{text}")
QUOTED = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@settings(deadline=2000)
@given(
    st.dictionaries(
        TOKEN,
        st.tuples(
            st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>")),
            QUOTED,
            st.booleans(),
        ),
        max_size=4,
    )
)
def test_each_link_is_found_by_its_relation(links: dict[str, tuple[str, str, bool]]) -> None:
    header = ", ".join(
        f'<{url}>; title="{_escape(title)}"; rel={rel}'
        if is_last
        else f'<{url}>; rel="{rel}"; title="{_escape(title)}"'
        for rel, (url, title, is_last) in links.items()
    )
    assert links_by_relation(header) == {rel: url for rel, (url, *_) in links.items()}


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@settings(deadline=2000)
@given(st.text("<>;,=\"\\' ax"))
def test_whatever_it_has_is_no_crash(header: str) -> None:
    links_by_relation(header)
