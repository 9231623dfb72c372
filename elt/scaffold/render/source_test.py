"""The test that decodes the fixture as the declaration says."""

from __future__ import annotations

from elt.scaffold.plan import Plan
from elt.scaffold.render import fixture
from elt.scaffold.render.template import fill


def source_test(plan: Plan) -> str:
    """The text of `tests/integration/sources/test_<source>.py`."""
    imports = ["from elt.decode import Decoder"]
    checks = [f"    assert len(records) == {len(fixture.records(plan))}"]
    if plan.source.key:
        imports.append("from elt.decode.json import text_at")
        checks.append("    assert all(text_at(record, source.keys[0]) for record in records)")
    return fill(
        "source_test.py",
        source=plan.source.name,
        fixture=fixture.name(plan),
        imports="\n".join(imports),
        checks="\n".join(checks),
    )
