"""What all declarations are: frozen models, which take the names of the release before, too."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator


class Declaration(BaseModel):
    """A part of what a DAG file declares. Fields that are not known are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    former_names: ClassVar[Mapping[str, str]] = {}
    """Names that fields had in release 0.1, by which they are taken for one release."""

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        renamed = dict(data)
        for former, name in cls.former_names.items():
            if former not in renamed:
                continue
            if name in renamed:
                raise ValueError(f"{former} is the former name of {name}: give one of them")
            warnings.warn(
                f"{cls.__name__}: {former!r} is {name!r} now; the former name will be refused after"
                " one release",
                FutureWarning,
                stacklevel=2,
            )
            renamed[name] = renamed.pop(former)
        return renamed
