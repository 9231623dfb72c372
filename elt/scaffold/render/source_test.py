"""The test that decodes the fixture as the declaration says."""

from __future__ import annotations

from elt.scaffold.plan import Plan
from elt.scaffold.render import fixture
from elt.scaffold.render.template import fill


def source_test(plan: Plan) -> str:
    """The text of `tests/integration/sources/test_<source>.py`."""
    count = len(fixture.records(plan))
    checks = [f"    assert len(records) == {count}"]
    if plan.source.key:
        checks.append("    assert all(text_at(record, source.keys[0]) for record in records)")
    checks += [
        "    for name in source.from_response:",
        "        assert all(text_at(record, name) for record in records), name",
    ]
    said = fixture.content_type(plan)
    header = ""
    if said is not None:
        header = f'\n# The answer itself does not say which encoding it is in.\nHEADER = "{said}"'
    return fill(
        "source_test.py",
        source=plan.source.name,
        fixture=fixture.name(plan),
        header=header,
        arguments="ANSWER.read_bytes(), HEADER" if header else "ANSWER.read_bytes()",
        checks="\n".join(checks),
    )
